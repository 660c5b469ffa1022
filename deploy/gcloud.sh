# shellcheck shell=bash
# How gcloud is called: to read, which always happens, and to change, which `plan` only prints.
#
# Invariant: only `change` changes anything.

readonly PATIENCE=8
# The errors of gcloud about a new resource that is not visible everywhere yet: a service account, a service agent, a grant
# or an API. Google's page "Access change propagation" says that this takes minutes. A permission that is really missing
# gives the same errors, and fails after the last attempt.
readonly NOT_YET='does not exist|not exist[.)]|denied\. You must grant|actAs.* denied|lacks? .*actAs|'\
'Permission denied while using the Eventarc Service Agent|does not have (storage\.objects|artifactregistry)|'\
'has not been used in project|SERVICE_DISABLED|propagat|service agent .*(not found|being created|not ready)|created recently'

start_gcloud() {
  export CLOUDSDK_CORE_DISABLE_PROMPTS=1
  MODE=$COMMAND CHANGES=0 FAULTS=0 SECTION='' SECTION_PRINTED='' PROJECT_OF_COMMAND=$PROJECT_ID
  [[ $COMMAND != schema ]] || MODE=apply
  # The files that the commands of a plan read are kept, so that a person can run the commands.
  WORK=.lro/deploy
  mkdir -p "$WORK"
  SCRATCH=$(mktemp -d)
  trap 'rm -rf "$SCRATCH"' EXIT
  if [[ $OFFLINE == no ]]; then require_login; fi
}

# Every command reads the project first. Credentials that gcloud has without a login are accepted too.
require_login() {
  local credentials
  command -v gcloud >/dev/null ||
    die 'gcloud is not installed: https://cloud.google.com/sdk/docs/install; "plan --offline" needs no gcloud'
  credentials=$(gcloud config list --format='value(core.account,auth.access_token_file,auth.credential_file_override,'$(
    )'auth.disable_credentials)' 2>/dev/null) || credentials=unknown
  [[ -n ${credentials//[[:space:]]/} ]] ||
    die "$COMMAND looks at the project with gcloud, which is not logged in: run \"gcloud auth login\"; "$(
      )'"plan --offline" prints the plan of an empty project without a login'
}

section() {
  SECTION=$1
}

print_section() {
  [[ $SECTION != "$SECTION_PRINTED" ]] || return 0
  SECTION_PRINTED=$SECTION
  printf '\n## %s\n' "$SECTION"
}

# same WHAT: reports that a resource exists and needs no change.
same() {
  [[ $MODE == status ]] || return 0
  print_section
  printf 'ok       %s\n' "$1"
}

# fault WHAT REMEDY: reports what is wrong and deploy.sh does not change. A plan or an apply with a fault fails at its end,
# after everything else is done.
fault() {
  FAULTS=$((FAULTS + 1))
  if [[ $MODE == status ]]; then
    print_section
    printf 'wrong    %s: %s\n' "$1" "$2"
  else
    complain "$1: $2"
  fi
}

# note TEXT: tells the reader of the plan something that needs no command.
note() {
  [[ $MODE != status ]] || return 0
  print_section
  printf '# %s\n' "$1"
}

# change WHY ARGUMENT…: reports what has to be done, and does it by gcloud with these arguments. If INPUT is set, gcloud
# reads the output of that command.
change() {
  local why=$1
  shift
  CHANGES=$((CHANGES + 1))
  print_section
  if [[ $MODE == status ]]; then
    printf 'not yet  %s\n' "$why"
    return
  fi
  printf '# %s\n' "$why"
  [[ -z ${INPUT:-} ]] || printf '%s | ' "$INPUT"
  print_command gcloud "$@" "--project=$PROJECT_OF_COMMAND"
  [[ $MODE == plan ]] || run_patiently "$@" "--project=$PROJECT_OF_COMMAND"
}

# After the words of the command, one argument per line, so that a person can read it and a shell can run it.
print_command() {
  local argument line=''
  for argument in "$@"; do
    [[ $argument =~ ^[A-Za-z0-9_./:=@,%+-]+$ ]] || argument=$(quote "$argument")
    if [[ $argument == -* || $argument == "'-"* ]]; then
      printf '%s \\\n' "$line"
      line="  $argument"
    else
      line+="${line:+ }$argument"
    fi
  done
  printf '%s\n' "$line"
}

quote() {
  printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Runs a change. Repeats it, with growing pauses, while what it needs is not visible everywhere yet.
run_patiently() {
  local attempt delay=${RETRY_DELAY:-2}
  for ((attempt = 1; ; attempt++)); do
    if run_once "$@"; then return; fi
    if ((attempt == PATIENCE)) || ! [[ $(<"$SCRATCH/error") =~ $NOT_YET ]]; then
      die 'this command failed; the next run continues from here'
    fi
    complain "this may pass; attempt $((attempt + 1)) of $PATIENCE in $delay s"
    sleep "$delay"
    delay=$((delay * 2))
  done
}

# The errors are shown at once, and kept for the decision whether to repeat the change.
run_once() {
  if [[ -n ${INPUT:-} ]]; then
    { bash -c "$INPUT" | gcloud "$@" 2>&1 1>&3 3>&- | tee "$SCRATCH/error" >&2; } 3>&1
  else
    { gcloud "$@" 2>&1 1>&3 3>&- | tee "$SCRATCH/error" >&2; } 3>&1
  fi
}

# look VARIABLE ARGUMENT…: sets the variable to the output of gcloud. If gcloud fails, the run ends. Offline, the variable
# is empty.
look() {
  [[ $OFFLINE == no ]] || { printf -v "$1" '%s' ''; return; }
  try_look "$@" || die_of_look "${@:2}"
}

# look_if_there VARIABLE ARGUMENT…: the same as `look`, but sets the variable to nothing if the resource does not exist.
look_if_there() {
  [[ $OFFLINE == no ]] || { printf -v "$1" '%s' ''; return; }
  try_look "$@" && return
  [[ $(<"$SCRATCH/error") =~ NOT_FOUND|not\ found|not\ be\ found|not\ exist|Cannot\ find ]] || die_of_look "${@:2}"
  printf -v "$1" '%s' ''
}

try_look() {
  local variable_=$1 answer_
  shift
  answer_=$(gcloud "$@" "--project=$PROJECT_OF_COMMAND" 2>"$SCRATCH/error") || return 1
  printf -v "$variable_" '%s' "$answer_"
}

die_of_look() {
  cat "$SCRATCH/error" >&2
  print_command gcloud "$@" >&2
  die "this look at $PROJECT_OF_COMMAND failed, and nothing was changed by it"
}

# row LIST NAME: prints the line of the list whose first column is the name, without that column. A column may be empty:
# Google leaves out what is not set.
row() {
  local rest=$'\n'$1$'\n'
  [[ $rest == *$'\n'"$2"$'\t'* ]] || return 0
  rest=${rest#*$'\n'"$2"$'\t'}
  printf '%s' "${rest%%$'\n'*}"
}

# column ROW NUMBER: prints one column of the output of `row`. The first column is 1.
column() {
  local rest=$1$'\t' number
  for ((number = 1; number < $2; number++)); do rest=${rest#*$'\t'}; done
  printf '%s' "${rest%%$'\t'*}"
}

# has LIST NAME: whether the first column of a line of the list is the name.
has() {
  [[ -n $2 && ($'\n'$1 == *$'\n'"$2"[$'\t\n']* || $'\n'$1 == *$'\n'"$2") ]]
}

# there LIST NAME: prints a word if `has` is true, and nothing if not.
there() {
  if has "$1" "$2"; then printf 'there'; fi
}

count_changes() {
  case $CHANGES in
    0) printf 'Nothing' ;;
    1) printf '1 command' ;;
    *) printf '%s commands' "$CHANGES" ;;
  esac
}

# Prints the SHA-256 of the files, or of the standard input.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# revision_of FILES ARGUMENT…: sets REVISION to a digest of the files (one per line) and of the arguments that they are
# deployed with, in the form of a label. By this label the next run knows that nothing has to be done.
revision_of() {
  local digest
  [[ $OFFLINE == no ]] || { REVISION=REVISION; return; }
  digest_of_files "$1"
  shift
  digest=$({ printf '%s\n' "$DIGEST" "$@"; } | sha256)
  REVISION=${digest:0:40}
}

# Sets DIGEST to the digest of the uploaded files. All functions share the files, so the digest is made once.
digest_of_files() {
  local file files=()
  [[ ${DIGESTED:-} != "$1" ]] || return 0
  while IFS= read -r file; do files+=("$file"); done <<<"$1"
  DIGEST=$(sha256 "${files[@]}")
  DIGESTED=$1
}
