# shellcheck shell=bash
# Service accounts and what each of them may do: one for each function, for the event trigger, for the workflow, for the
# scheduler and for the build. A role is granted on the one resource that it is needed on, and on the project only where
# Google has nothing narrower; deploy/README.md lists them.

readonly FUNCTION_ACCOUNTS=(events operations resume sweep)
readonly ACCOUNT_NAMES=("${FUNCTION_ACCOUNTS[@]}" trigger workflow scheduler build)

account() {
  printf '%s-%s@%s.iam.gserviceaccount.com' "$SERVICE_ACCOUNT_PREFIX" "$1" "$PROJECT_ID"
}

member() {
  printf 'serviceAccount:%s' "$(account "$1")"
}

# The service agent in whose name Pub/Sub pushes and dead-letters.
pubsub_agent() {
  printf 'serviceAccount:service-%s@gcp-sa-pubsub.iam.gserviceaccount.com' "$PROJECT_NUMBER"
}

ensure_service_accounts() {
  section 'Service accounts'
  ensure_service_account events 'Runs the function on-lifecycle-event'
  ensure_service_account operations 'Runs the function operations'
  ensure_service_account resume 'Runs the function resume'
  ensure_service_account sweep 'Runs the function sweep'
  ensure_service_account trigger 'Calls on-lifecycle-event with the events of the topic'
  ensure_service_account workflow 'Runs the workflow'
  ensure_service_account scheduler 'Calls sweep every minute'
  ensure_service_account build 'Builds the functions'
}

ensure_service_account() {
  if has "$ACCOUNTS" "$(account "$1")"; then
    same "$(account "$1")"
  else
    change "$2" iam service-accounts create "$SERVICE_ACCOUNT_PREFIX-$1" "--display-name=$2"
  fi
}

# look_at_policy THERE WORD…: POLICY becomes the grants of the resource that `gcloud WORD…` is about, as lines of role,
# member and the title of the condition. A resource that is not there (THERE is empty) has none.
look_at_policy() {
  POLICY=''
  [[ -n $1 ]] || return 0
  shift
  look POLICY "$@" '--flatten=bindings[].members' \
    '--format=value(bindings.role,bindings.members,bindings.condition.title)'
}

# ensure_grant WHY ROLE MEMBER WORD…: grants what POLICY does not have. The words are those of look_at_policy, with
# add-iam-policy-binding in the place of get-iam-policy.
ensure_grant() {
  local why=$1 role=$2 member=$3
  shift 3
  if has "$POLICY" "$role"$'\t'"$member"; then
    same "$role for ${member#serviceAccount:}"
  else
    change "$why" "$@" "--role=$role" "--member=$member"
  fi
}

# The roles that exist on projects only: neither Workflows nor Eventarc nor Cloud Logging has policies of its resources,
# and IAM conditions do not know them (Google's page "Resource attributes for IAM Conditions").
ensure_project_roles() {
  local name grant=(projects add-iam-policy-binding "$PROJECT_ID" --condition=None)
  section 'Roles on the project'
  look_at_policy there projects get-iam-policy "$PROJECT_ID"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant "Launches and stops executions of the workflow: whichever function ends or begins a wait" \
      roles/workflows.invoker "$(member "$name")" "${grant[@]}"
  done
  ensure_grant 'Receives the events of the trigger' roles/eventarc.eventReceiver "$(member trigger)" "${grant[@]}"
  ensure_grant 'Writes the log of the workflow' roles/logging.logWriter "$(member workflow)" "${grant[@]}"
  ensure_grant 'Writes the log of the builds' roles/logging.logWriter "$(member build)" "${grant[@]}"
  ensure_source_reader
}

# Cloud Run functions keep uploads in a bucket of their own making, which may not be there yet: so a condition names it.
ensure_source_reader() {
  ensure_grant 'Reads the uploaded sources, and nothing else in Cloud Storage' \
    roles/storage.objectViewer "$(member build)" projects add-iam-policy-binding "$PROJECT_ID" "$(source_condition)"
}

source_condition() {
  local bucket="projects/_/buckets/gcf-v2-sources-$PROJECT_NUMBER-$REGION"
  printf -- '--condition=title=lro-sources,expression=resource.name.startsWith("%s")' "$bucket"
}

# A project whose Pub/Sub agent is from before April 2021 needs it: Google's page "Authenticate push subscriptions".
# The agent is there once Pub/Sub is used, so this comes after the topics.
ensure_token_creator() {
  section 'Roles on the account of the trigger'
  look_at_policy "$(there "$ACCOUNTS" "$(account trigger)")" \
    iam service-accounts get-iam-policy "$(account trigger)"
  ensure_grant 'Pub/Sub signs its pushes in the name of the trigger' \
    roles/iam.serviceAccountTokenCreator "$(pubsub_agent)" \
    iam service-accounts add-iam-policy-binding "$(account trigger)"
}
