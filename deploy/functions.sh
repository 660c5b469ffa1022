# shellcheck shell=bash
# The functions. Cloud Build builds them from the files that .gcloudignore leaves of this repository, by `npm ci` and `npm
# run gcp-build`.

readonly REPOSITORY=lro-orchestrator

ensure_image_repository() {
  local policy=(artifacts repositories get-iam-policy "$REPOSITORY" "--location=$REGION") key=()
  section 'The images of the functions'
  [[ -z $KMS_KEY ]] || key=("--kms-key=$KMS_KEY")
  if has "$REPOSITORIES" "$REPOSITORY"; then
    same "repository $REPOSITORY"
  else
    change 'A repository of their own, which the build account alone may write to' \
      artifacts repositories create "$REPOSITORY" "--location=$REGION" --repository-format=docker ${key[@]+"${key[@]}"}
  fi
  look_at_policy "$(there "$REPOSITORIES" "$REPOSITORY")" "${policy[@]}"
  ensure_grant 'Pushes the images it builds' roles/artifactregistry.writer "$(member build)" \
    artifacts repositories add-iam-policy-binding "$REPOSITORY" "--location=$REGION" --condition=None
}

# The URL of a Cloud Run service, known before the service exists: Google's page "Invoke with an HTTPS request",
# "Deterministic URL". So a function can be deployed with the URL of `resume` before `resume` is deployed.
function_url() {
  printf 'https://%s-%s.%s.run.app' "$1" "$PROJECT_NUMBER" "$REGION"
}

# The variables that functions/settings.ts reads. No value contains the delimiter. They are updated, and not set: gcloud would remove
# all others, among them those that say who may call (docs/access.md), and a function without them lets in every caller.
function_environment() {
  local name list="PROJECT_ID=$PROJECT_ID|LOCATION=$REGION"
  for name in SPANNER_INSTANCE SPANNER_DATABASE SPANNER_TABLE TOPIC_LIFECYCLE TOPIC_COMPLETIONS TOPIC_SIGNALS \
    TOPIC_DEAD_LETTERS TOPIC_PREFIXES WORKFLOW WAIT_WORKFLOW ALLOWED_HOSTS AUDIENCES PUSH DEFAULT_TTL_DAYS \
    MAX_PAYLOAD_BYTES REDACT RETRIES_PER_SECOND LOG_LEVEL TELEMETRY TASKS_QUEUE TASKS_LOCATION; do
    list+="|$name=${!name}"
  done
  list+="|TASKS_SERVICE_ACCOUNT=$(account scheduler)|TIMEOUT_SECONDS=$TIMEOUT"
  list+="|RESUME_URL=$(function_url resume)|SWEEP_URL=$(function_url sweep)|OPERATIONS_URL=$(function_url operations)"
  printf '^|^%s' "$list"
}

# The exporters of telemetry are optional dependencies, which are in the bundle of the functions where NPM_CONFIG_INCLUDE asks for
# optional ones. gcloud keeps the build variables of the last deployment unless told to clear them.
build_environment() {
  if [[ $TELEMETRY == off ]]; then
    printf -- '--clear-build-env-vars'
  else
    printf -- '--set-build-env-vars=NPM_CONFIG_INCLUDE=optional'
  fi
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
    console) printf 'The web console' ;;
  esac
}

# From where a function can be called. For Cloud Run, calls of Pub/Sub, Cloud Scheduler, Cloud Tasks and Workflows of the
# same project are internal: Google's page "Restrict network ingress for Cloud Run".
ingress_of_function() {
  case $1 in
    operations) printf '%s' "$OPERATIONS_INGRESS" ;;
    resume) printf '%s' "$RESUME_INGRESS" ;;
    console) printf 'all' ;;
    *) printf 'internal-only' ;;
  esac
}

# Sets ARGUMENTS to the arguments of `gcloud functions deploy`, without the revision.
#
# on-lifecycle-event has an HTTP trigger like the other functions, so the build sets FUNCTION_SIGNATURE_TYPE=http. The
# registration in functions/register-function.ts has priority and says cloudevent, so the functions-framework turns the body
# that Pub/Sub pushes into a CloudEvent.
function_arguments() {
  ARGUMENTS=(
    --gen2 "--region=$REGION" "--runtime=$RUNTIME" --source=. "--entry-point=$1"
    --trigger-http --no-allow-unauthenticated "--ingress-settings=$(ingress_of_function "$1")"
    "--service-account=$(account_of_function "$1")"
    "--build-service-account=projects/$PROJECT_ID/serviceAccounts/$(account build)"
    "--docker-repository=projects/$PROJECT_ID/locations/$REGION/repositories/$REPOSITORY"
    "--memory=$MEMORY" "--cpu=$CPU" "--concurrency=$CONCURRENCY" "--timeout=${TIMEOUT}s"
    "--min-instances=$MIN_INSTANCES" "--max-instances=$MAX_INSTANCES"
    "--update-env-vars=$(function_environment)" "$(build_environment)"
  )
  [[ $1 != operations && $1 != console ]] || ARGUMENTS+=("--set-secrets=PAGE_TOKEN_KEY=$PAGE_TOKEN_SECRET:latest")
  [[ -z $KMS_KEY ]] || ARGUMENTS+=("--kms-key=$KMS_KEY")
}

ensure_function() {
  local name=$1 found
  section "The function $name"
  find_sources
  function_arguments "$name"
  revision_of "$SOURCES" "${ARGUMENTS[@]}"
  found=$(row "$FUNCTIONS" "$name")
  if [[ $(column "$found" 1) == ACTIVE && $(column "$found" 2) == "$REVISION" ]]; then
    same "function $name, revision $REVISION"
  else
    change "$(why_function "$name")" functions deploy "$name" "${ARGUMENTS[@]}" "--update-labels=lro_revision=$REVISION"
  fi
  ensure_invoker "$name"
}

# Who may call each function. The owner of each client of the Operations API grants it access. No function can be called
# without a token.
ensure_invoker() {
  local name=$1 caller
  look_at_policy "$(there "$SERVICES" "$name")" run services get-iam-policy "$name" "--region=$REGION"
  [[ $(column "$(row "$SERVICES" "$name")" 1) != true ]] || fault "$name can be called without a token" \
    "gcloud run services update $name --region=$REGION --invoker-iam-check --project=$PROJECT_ID has tokens checked again"
  case $name in
    on-lifecycle-event) caller=trigger ;;
    resume) caller=workflow ;;
    sweep) caller=scheduler ;;
    *) return 0 ;;
  esac
  ensure_grant "The $caller calls $name" roles/run.invoker "$(member "$caller")" \
    run services add-iam-policy-binding "$name" "--region=$REGION" --condition=None
}

# The list of uploaded files is the same for each function, so it is made once.
find_sources() {
  [[ -z ${SOURCES:-} && $OFFLINE == no ]] || { SOURCES=${SOURCES:-}; return 0; }
  SOURCES=$(gcloud meta list-files-for-upload | LC_ALL=C sort)
}
