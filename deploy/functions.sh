# shellcheck shell=bash
# The functions, built by Cloud Build from what .gcloudignore leaves of this repository: `npm ci`, `npm run gcp-build`.

readonly REPOSITORY=lro-orchestrator

ensure_image_repository() {
  local policy=(artifacts repositories get-iam-policy "$REPOSITORY" "--location=$REGION")
  section 'The images of the functions'
  if has "$REPOSITORIES" "$REPOSITORY"; then
    same "repository $REPOSITORY"
  else
    change 'A repository of their own, which the build account alone may write to' \
      artifacts repositories create "$REPOSITORY" "--location=$REGION" --repository-format=docker
  fi
  look_at_policy "$(there "$REPOSITORIES" "$REPOSITORY")" "${policy[@]}"
  ensure_grant 'Pushes the images it builds' roles/artifactregistry.writer "$(member build)" \
    artifacts repositories add-iam-policy-binding "$REPOSITORY" "--location=$REGION" --condition=None
}

# The URL that Cloud Run gives a service, known before it is there: Google's page "Invoke with an HTTPS request",
# "Deterministic URL". So `resume` and the others can be told it when they are deployed.
function_url() {
  printf 'https://%s-%s.%s.run.app' "$1" "$PROJECT_NUMBER" "$REGION"
}

# What functions/settings.ts reads. The delimiter is one that no value contains.
function_environment() {
  local name list="PROJECT_ID=$PROJECT_ID|LOCATION=$REGION"
  for name in SPANNER_INSTANCE SPANNER_DATABASE SPANNER_TABLE TOPIC_COMPLETIONS TOPIC_SIGNALS \
    TOPIC_DEAD_LETTERS WORKFLOW ALLOWED_HOSTS PUSH DEFAULT_TTL_DAYS LOG_LEVEL; do
    list+="|$name=${!name}"
  done
  printf '^|^%s|RESUME_URL=%s' "$list" "$(function_url resume)"
}

account_of_function() {
  case $1 in
    on-lifecycle-event) account events ;;
    *) account "$1" ;;
  esac
}

why_function() {
  case $1 in
    on-lifecycle-event) printf 'Applies each lifecycle event, and has it delivered again where that fails' ;;
    operations) printf 'The Operations API' ;;
    resume) printf 'Ends waits: called by the workflow' ;;
    sweep) printf 'Delivers what a crash left undelivered: called by the scheduler' ;;
  esac
}

# ARGUMENTS becomes what `gcloud functions deploy` is told, the revision excepted.
function_arguments() {
  ARGUMENTS=(
    --gen2 "--region=$REGION" "--runtime=$RUNTIME" --source=. "--entry-point=$1"
    --no-allow-unauthenticated
    "--service-account=$(account_of_function "$1")"
    "--build-service-account=projects/$PROJECT_ID/serviceAccounts/$(account build)"
    "--docker-repository=projects/$PROJECT_ID/locations/$REGION/repositories/$REPOSITORY"
    "--memory=$MEMORY" --cpu=1 "--concurrency=$CONCURRENCY" "--timeout=${TIMEOUT}s"
    "--min-instances=$MIN_INSTANCES" "--max-instances=$MAX_INSTANCES"
    "--set-env-vars=$(function_environment)"
  )
  if [[ $1 == on-lifecycle-event ]]; then
    ARGUMENTS+=(
      "--trigger-topic=$TOPIC_LIFECYCLE" "--trigger-location=$REGION"
      "--trigger-service-account=$(account trigger)" --retry
    )
  else
    ARGUMENTS+=(--trigger-http)
  fi
}

ensure_function() {
  local name=$1 revision
  section "The function $name"
  find_sources
  function_arguments "$name"
  revision=$(revision_of "$SOURCES" "${ARGUMENTS[@]}")
  if [[ $(row "$FUNCTIONS" "$name") == "ACTIVE"$'\t'"$revision"* ]]; then
    same "function $name, revision $revision"
  else
    change "$(why_function "$name")" functions deploy "$name" "${ARGUMENTS[@]}" "--update-labels=lro_revision=$revision"
    [[ $name != on-lifecycle-event || $MODE != apply ]] || look_at_trigger
  fi
  ensure_invoker "$name"
}

# Who may call it. Clients of the Operations API are granted that by their owner.
ensure_invoker() {
  local name=$1 caller
  case $name in
    on-lifecycle-event) caller=trigger ;;
    resume) caller=workflow ;;
    sweep) caller=scheduler ;;
    *) return ;;
  esac
  look_at_policy "$(there "$FUNCTIONS" "$name")" run services get-iam-policy "$name" "--region=$REGION"
  ensure_grant "The $caller calls $name" roles/run.invoker "$(member "$caller")" \
    run services add-iam-policy-binding "$name" "--region=$REGION" --condition=None
}

look_at_trigger() {
  look_at_functions
  look_at_subscriptions
}

# What is uploaded: asked once, it is the same for each function.
find_sources() {
  [[ -z ${SOURCES:-} ]] || return 0
  SOURCES=$(gcloud meta list-files-for-upload | LC_ALL=C sort)
}
