# shellcheck shell=bash
# The service accounts and their roles: one account for each function, for the subscription that pushes events, for the
# workflow, for the scheduler and for the build. A role is granted on the one resource that needs it, and on the project
# only if Google has nothing narrower. deploy/README.md lists the roles.

# Sets FUNCTION_ACCOUNTS to the accounts that run functions, and ACCOUNT_NAMES to all accounts. The account of the console
# is among them if the console is deployed, and always when a deployment is removed.
find_accounts() {
  FUNCTION_ACCOUNTS=(events operations resume sweep)
  [[ $CONSOLE == off && $COMMAND != destroy ]] || FUNCTION_ACCOUNTS+=(console)
  ACCOUNT_NAMES=("${FUNCTION_ACCOUNTS[@]}" trigger workflow scheduler build)
}

account() {
  printf '%s-%s@%s.iam.gserviceaccount.com' "$SERVICE_ACCOUNT_PREFIX" "$1" "$PROJECT_ID"
}

member() {
  printf 'serviceAccount:%s-%s@%s.iam.gserviceaccount.com' "$SERVICE_ACCOUNT_PREFIX" "$1" "$PROJECT_ID"
}

# The service agent that Pub/Sub uses to push messages and to forward dead letters.
pubsub_agent() {
  printf 'serviceAccount:service-%s@gcp-sa-pubsub.iam.gserviceaccount.com' "$PROJECT_NUMBER"
}

why_account() {
  case $1 in
    events) printf 'Runs the function on-lifecycle-event' ;;
    operations | resume | sweep | console) printf 'Runs the function %s' "$1" ;;
    trigger) printf 'Calls on-lifecycle-event with the events of the topic' ;;
    workflow) printf 'Runs the workflow' ;;
    scheduler) printf 'Calls sweep every minute' ;;
    build) printf 'Builds the functions' ;;
  esac
}

ensure_service_accounts() {
  local name why
  section 'Service accounts'
  for name in "${ACCOUNT_NAMES[@]}"; do
    why=$(why_account "$name")
    if has "$ACCOUNTS" "$(account "$name")"; then
      same "$(account "$name")"
    else
      change "$why" iam service-accounts create "$SERVICE_ACCOUNT_PREFIX-$name" "--display-name=$why"
    fi
  done
}

# look_at_policy THERE WORD…: sets POLICY to the grants of the resource of `gcloud WORD…`, one per line: role, member, title
# of the condition. If the resource does not exist, THERE is empty and so is POLICY. A grant to everyone is a fault on any
# resource, because nothing in this deployment is public.
look_at_policy() {
  POLICY=''
  [[ -n $1 ]] || return 0
  shift
  look_if_there POLICY "$@" '--flatten=bindings[].members' \
    '--format=value(bindings.role,bindings.members,bindings.condition.title)'
  refuse_everyone "$@"
}

refuse_everyone() {
  local role member rest words=("$@") index
  [[ $POLICY =~ all(Authenticated)?Users ]] || return 0
  for index in "${!words[@]}"; do
    [[ ${words[index]} != get-iam-policy ]] || words[index]=remove-iam-policy-binding
  done
  while IFS=$'\t' read -r role member rest; do
    [[ $member == allUsers || $member == allAuthenticatedUsers ]] || continue
    fault "$role is granted to $member" \
      "gcloud ${words[*]} --role=$role --member=$member --project=$PROJECT_OF_COMMAND takes it away"
  done <<<"$POLICY"
}

# ensure_grant WHY ROLE MEMBER WORD…: grants the role if POLICY does not contain it. The words are those of look_at_policy,
# with add-iam-policy-binding instead of get-iam-policy. A grant with a condition counts as a different grant.
ensure_grant() {
  local why=$1 role=$2 member=$3 title=''
  shift 3
  [[ $* != *--condition=title=* ]] || title=lro-sources
  if has_grant "$role" "$member" "$title"; then
    same "$role for ${member#serviceAccount:}"
  else
    change "$why" "$@" "--role=$role" "--member=$member"
  fi
}

# has_grant ROLE MEMBER TITLE. The line of a grant without a condition ends with a tab, or without one.
has_grant() {
  local line=$1$'\t'$2
  [[ $'\n'$POLICY$'\n' == *$'\n'"$line"$'\t'"$3"$'\n'* || (-z $3 && $'\n'$POLICY$'\n' == *$'\n'"$line"$'\n'*) ]]
}

# ensure_no_grant WHY ROLE MEMBER WORD…: removes a grant of an earlier release.
ensure_no_grant() {
  local why=$1 role=$2 member=$3
  shift 3
  ! has_grant "$role" "$member" '' || change "$why" "$@" "--role=$role" "--member=$member"
}

# The roles that exist on projects only: the resources of Workflows and Cloud Logging have no policies, and IAM conditions
# do not support them (Google's page "Resource attributes for IAM Conditions").
ensure_project_roles() {
  local name resource=(projects add-iam-policy-binding "$PROJECT_ID" --condition=None)
  section 'Roles on the project'
  look_at_policy there projects get-iam-policy "$PROJECT_ID"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant "Launches and stops executions of the workflow: whichever function ends or begins a wait" \
      roles/workflows.invoker "$(member "$name")" "${resource[@]}"
  done
  ensure_grant 'Writes the log of the workflow' roles/logging.logWriter "$(member workflow)" "${resource[@]}"
  ensure_grant 'Writes the log of the builds' roles/logging.logWriter "$(member build)" "${resource[@]}"
  ensure_source_reader
  ensure_telemetry_roles
  ensure_no_grant 'Events come by a subscription of their own, and no longer from a trigger of Eventarc' \
    roles/eventarc.eventReceiver "$(member trigger)" \
    projects remove-iam-policy-binding "$PROJECT_ID" --condition=None
}

# With TELEMETRY=google, the functions send to Google's Telemetry API, which counts the calls against the project in the
# header x-goog-user-project. That needs the role serviceUsageConsumer. With any other value, deploy.sh removes the roles.
readonly TELEMETRY_ROLES=(
  roles/telemetry.tracesWriter roles/telemetry.metricsWriter roles/serviceusage.serviceUsageConsumer
)

ensure_telemetry_roles() {
  local name role
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    for role in "${TELEMETRY_ROLES[@]}"; do
      if [[ $TELEMETRY == google ]]; then
        ensure_grant 'Sends traces and metrics to Google' "$role" "$(member "$name")" \
          projects add-iam-policy-binding "$PROJECT_ID" --condition=None
      else
        ensure_no_grant 'TELEMETRY is no longer google' "$role" "$(member "$name")" \
          projects remove-iam-policy-binding "$PROJECT_ID" --condition=None
      fi
    done
  done
}

# Cloud Run functions stores uploads in a bucket that it creates later, so the grant is on the project, with a condition
# that names the bucket.
ensure_source_reader() {
  ensure_grant 'Reads the uploaded sources, and nothing else in Cloud Storage' \
    roles/storage.objectViewer "$(member build)" projects add-iam-policy-binding "$PROJECT_ID" "$(source_condition)"
}

source_condition() {
  local bucket="projects/_/buckets/gcf-v2-sources-$PROJECT_NUMBER-$REGION"
  printf -- '--condition=title=lro-sources,expression=resource.name.startsWith("%s")' "$bucket"
}

# Needed in projects whose Pub/Sub service agent was created before April 2021: Google's page "Authenticate push
# subscriptions". The agent exists once Pub/Sub is used, so this step comes after the topics.
ensure_token_creator() {
  section 'Roles on the account of the trigger'
  look_at_policy "$(there "$ACCOUNTS" "$(account trigger)")" \
    iam service-accounts get-iam-policy "$(account trigger)"
  ensure_grant 'Pub/Sub signs its pushes in the name of the trigger' \
    roles/iam.serviceAccountTokenCreator "$(pubsub_agent)" \
    iam service-accounts add-iam-policy-binding "$(account trigger)"
}
