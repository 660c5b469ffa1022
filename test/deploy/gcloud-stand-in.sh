#!/usr/bin/env bash
# Stands in for gcloud in the tests of deploy.sh: answers as much of it as deploy.sh uses from a folder of tables, and
# writes every command down.
#
#   STAND_IN        the folder. A table is a file of lines, the columns as deploy.sh asks for them, the name first.
#   BREAK_AFTER=n   kills the whole process group after the n-th command that changes something
#   REAL_SPANNER    a gcloud that answers for Spanner, from the emulator (which knows no editions)
#   FAIL_AT=n       the n-th such command fails, FAIL_TIMES times (default: always), saying FAIL_WITH
set -euo pipefail
cd "$STAND_IN"

declare -A FLAG=()
WORDS=()
for argument in "$@"; do
  case $argument in
    --*=*) name=${argument%%=*} FLAG[${name#--}]=${argument#*=} ;;
    --*) FLAG[${argument#--}]=yes ;;
    *) WORDS+=("$argument") ;;
  esac
done
COMMAND=${WORDS[*]}
TAB=$'\t'

table() { cat "$1" 2>/dev/null || true; }

# put TABLE NAME COLUMN…: adds or replaces a line.
put() {
  local file=$1 name=$2 line
  shift
  line=$(IFS=$TAB && printf '%s' "$*")
  take "$file" "$name"
  printf '%s\n' "$line" >>"$file"
}

take() {
  [[ ! -f $1 ]] || { grep -v -E "^$2($TAB|\$)" "$1" >"$1.new" || true; mv "$1.new" "$1"; }
}

needs_api() {
  grep -q -x "$1.googleapis.com" apis 2>/dev/null || fail "SERVICE_DISABLED: $1.googleapis.com"
}

needs() {
  table "$1" | grep -q -E "^$2($TAB|\$)" || fail "NOT_FOUND: $2 does not exist."
}

fail() {
  printf 'ERROR: (gcloud.stand-in) %s\n' "$*" >&2
  exit 1
}

# Counts a change, writes it down, and fails or goes on as the test wants it.
changing() {
  local count
  count=$(($(table count) + 1))
  if [[ ${FAIL_AT:-0} == "$count" ]] && (($(table failures) + 0 < ${FAIL_TIMES:-1000})); then
    echo $(($(table failures) + 1)) >failures
    fail "${FAIL_WITH:-told to fail}"
  fi
  echo "$count" >count
  printf '%q ' "$@" >>changes
  printf '\n' >>changes
}

policy_file() {
  local words=("${WORDS[@]}")
  unset 'words[-1]' 'words[-1]'
  printf 'policy.%s.%s' "${words[*]// /.}" "${WORDS[-1]//\//_}" | tr ' ' '.'
}

answer() {
  case $COMMAND in
    'meta list-files-for-upload') printf '%s\n' package.json functions/index.ts ;;
    'projects describe '*) echo 123456789012 ;;
    'services list') table apis ;;
    'iam service-accounts list') needs_api iam; table accounts ;;
    'pubsub topics list') needs_api pubsub; table topics ;;
    'pubsub subscriptions list') needs_api pubsub; table subscriptions ;;
    'artifacts repositories list') needs_api artifactregistry; table repositories ;;
    'functions list') needs_api cloudfunctions; table functions ;;
    'workflows list') needs_api workflows; table workflows ;;
    'scheduler jobs list') needs_api cloudscheduler; table jobs ;;
    'spanner instances list') needs_api spanner; table instances ;;
    'spanner databases list') needs instances "${FLAG[instance]}"; table databases ;;
    'spanner databases ddl describe '*) needs databases "${WORDS[-1]}"; table schema ;;
    'functions describe '*) table "function.${WORDS[-1]}.json" ;;
    'workflows describe '*) cat "$DEPLOY_ROOT/workflows/parallel-poll.yaml" && table workflow-suffix ;;
    'pubsub topics publish '*) publish ;;
    'pubsub subscriptions pull '*) table "completions.${WORDS[-1]}" ;;
    'spanner databases execute-sql '*) execute_sql "$@" ;;
    'eventarc triggers describe '*) echo "eventarc-sub-of-${WORDS[-1]}" ;;
    *' get-iam-policy '*) table "$(policy_file)" ;;
    *) change "$@" ;;
  esac
}

execute_sql() {
  case ${FLAG[sql]} in
    'SELECT State '*) table "state.$(operation_in "${FLAG[sql]}")" ;;
    'SELECT Version '*) table versions | paste -s -d , ;;
    *) change "$@" ;;
  esac
}

change() {
  changing "$@"
  apply_change
  [[ ${BREAK_AFTER:-0} != "$(table count)" ]] || kill -KILL 0
}

apply_change() {
  local name=${WORDS[-1]}
  case $COMMAND in
    'services enable '*) printf '%s\n' "${WORDS[@]:2}" | sort -u - <(table apis) >apis.new && mv apis.new apis ;;
    'iam service-accounts create '*) put accounts "$name@${FLAG[project]}.iam.gserviceaccount.com" ;;
    'spanner instances create '*) put instances "$name" "${FLAG[description]}" ;;
    'spanner databases create '*) [[ -s ${DEPLOY_ROOT}/${FLAG[proto-descriptors-file]} ]]; put databases "$name"; ddl ;;
    'spanner databases ddl update '*) needs databases "$name"; ddl ;;
    'spanner databases execute-sql '*) record_versions ;;
    'pubsub topics create '* | 'pubsub topics update '*) put topics "$name" "${FLAG[message-retention-duration]}" ;;
    'pubsub subscriptions create '*) needs topics "${FLAG[topic]}"; put subscriptions "$name" 10 "$((31 * 86400))s" ;;
    'pubsub subscriptions update '*) needs subscriptions "$name"; update_subscription "$name" ;;
    'artifacts repositories create '*) put repositories "$name" ;;
    'functions deploy '*) deploy_function "$name" ;;
    'workflows deploy '*) put workflows "$name" ACTIVE "${FLAG[labels]#*=}" ;;
    'scheduler jobs '*' http '*) update_job "$name" ;;
    *' add-iam-policy-binding '*) grant ;;
    *' remove-iam-policy-binding '*) revoke ;;
    *' delete '*) remove "$name" ;;
    *) fail "the stand-in does not know: $COMMAND" ;;
  esac
}

operation_in() { grep -o 'operations/[a-z0-9-]*' <<<"$1" | cut -d / -f 2; }

# An event goes all the way through at once, as far as the test lets it: "stuck" is where it does not go on.
publish() {
  local id
  id=$(operation_in "${FLAG[message]}")
  if [[ ${FLAG[message]} != *succeeded* || $(table stuck) == store ]]; then return; fi
  echo SUCCEEDED >"state.$id"
  printf '[{"message":{"attributes":{"operation":"operations/%s"}}}]' "$id" >"completions.$id"
}

# IF NOT EXISTS: what is there already is not made twice.
ddl() {
  sed 's/ IF NOT EXISTS//' "$DEPLOY_ROOT/${FLAG[ddl-file]}" | sort -u - <(table schema) >schema.new
  mv schema.new schema
}

record_versions() { grep -o "'[^']*'" <<<"${FLAG[sql]}" | tr -d "'" >>versions; }

update_subscription() {
  put subscriptions "$1" "${FLAG[ack-deadline]}" "$((${FLAG[message-retention-duration]%d} * 86400))s" \
    "${FLAG[min-retry-delay]}" "${FLAG[max-retry-delay]}" "${FLAG[dead-letter-topic]}" "${FLAG[max-delivery-attempts]}"
}

deploy_function() {
  local trigger=''
  needs accounts "${FLAG[service-account]}"
  if [[ -n ${FLAG[trigger-topic]:-} ]]; then
    needs topics "${FLAG[trigger-topic]}"
    trigger=$1-trigger
    put subscriptions "eventarc-sub-of-$trigger" 10 86400s
  fi
  put functions "$1" ACTIVE "${FLAG[update-labels]#*=}" "$trigger"
}

update_job() {
  put jobs "$1" "${FLAG[schedule]}" "${FLAG[uri]}" "${FLAG[oidc-service-account-email]}" "${FLAG[oidc-token-audience]}" \
    "${FLAG[attempt-deadline]}"
}

title_of_condition() {
  local condition=${FLAG[condition]:-None}
  condition=${condition#title=}
  [[ $condition == None ]] || printf '%s' "${condition%%,*}"
}

grant() {
  local account=${FLAG[member]#serviceAccount:}
  [[ $account == *@gcp-sa-* ]] || needs accounts "$account"
  printf '%s\t%s\t%s\n' "${FLAG[role]}" "${FLAG[member]}" "$(title_of_condition)" >>"$(policy_file)"
}

revoke() {
  local file line
  file=$(policy_file)
  line="${FLAG[role]}$TAB${FLAG[member]}$TAB$(title_of_condition)"
  grep -v -x -F "$line" "$file" >policy.new || true
  mv policy.new "$file"
}

remove() {
  rm -f policy.*".$1" policy.*".eventarc-sub-of-$1-trigger"
  case $COMMAND in
    'scheduler jobs '*) take jobs "$1" ;;
    'functions '*) take functions "$1"; take subscriptions "eventarc-sub-of-$1-trigger" ;;
    'workflows '*) take workflows "$1" ;;
    'artifacts '*) take repositories "$1" ;;
    'iam service-accounts '*) take accounts "$1" ;;
    'pubsub topics '*) take topics "$1" ;;
    'pubsub subscriptions '*) take subscriptions "$1" ;;
    'spanner databases '*) take databases "$1"; rm -f schema versions ;;
    'spanner instances '*) take instances "$1" ;;
  esac
}

printf '%q ' "$@" >>commands
printf '\n' >>commands
if [[ -n ${REAL_SPANNER:-} && ${WORDS[0]} == spanner ]]; then
  for argument in "$@"; do
    shift
    [[ $argument == --edition=* ]] || set -- "$@" "$argument"
  done
  cd "$DEPLOY_ROOT"
  exec "$REAL_SPANNER" "$@"
fi
answer "$@"
