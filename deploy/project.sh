# shellcheck shell=bash
# The project: its APIs, and the resources that exist in it.

# Sets APIS to the services that this deployment uses.
find_apis() {
  APIS=(
    artifactregistry.googleapis.com
    cloudbuild.googleapis.com
    cloudfunctions.googleapis.com
    cloudscheduler.googleapis.com
    iam.googleapis.com
    logging.googleapis.com
    pubsub.googleapis.com
    run.googleapis.com
    secretmanager.googleapis.com
    spanner.googleapis.com
    workflowexecutions.googleapis.com
    workflows.googleapis.com
  )
  [[ -z $TASKS_QUEUE ]] || APIS+=(cloudtasks.googleapis.com)
  [[ $MONITORING == off && $TELEMETRY != google ]] || APIS+=(monitoring.googleapis.com)
  [[ $TELEMETRY != google ]] || APIS+=(cloudtrace.googleapis.com telemetry.googleapis.com)
  [[ -z $KMS_KEY ]] || APIS+=(cloudkms.googleapis.com)
  [[ $CONSOLE == off ]] || APIS+=(iap.googleapis.com)
}

ensure_apis() {
  local api missing=()
  section 'APIs'
  look_at_project
  for api in "${APIS[@]}"; do
    if has "$ENABLED" "$api"; then same "$api"; else missing+=("$api"); fi
  done
  [[ ${#missing[@]} == 0 ]] && return
  change 'The services that the system is made of' services enable "${missing[@]}"
  [[ $MODE != apply ]] || ENABLED+=$'\n'$(printf '%s\n' "${missing[@]}")
}

look_at_project() {
  look PROJECT_NUMBER projects describe "$PROJECT_ID" '--format=value(projectNumber)'
  look ENABLED services list --enabled '--format=value(config.name)'
  [[ $OFFLINE == no ]] || PROJECT_NUMBER=PROJECT_NUMBER
}

# look_into API VARIABLE ARGUMENT…: the same as `look`, but sets the variable to nothing if the API was never enabled,
# because then no resource of it can exist.
look_into() {
  local api=$1.googleapis.com
  shift
  if has "$ENABLED" "$api"; then look "$@"; else printf -v "$1" '%s' ''; fi
}

# The lists of all resources, one resource per line, its name first. A few calls are enough for all of them.
look_around() {
  look_into iam ACCOUNTS iam service-accounts list '--format=value(email)'
  look_into pubsub TOPICS pubsub topics list '--format=value(name.basename(),messageRetentionDuration,kmsKeyName,'$(
    )'messageStoragePolicy.allowedPersistenceRegions.list())'
  look_at_subscriptions
  look_into secretmanager SECRETS secrets list '--format=value(name.basename())'
  look_into artifactregistry REPOSITORIES artifacts repositories list "--location=$REGION" \
    '--format=value(name.basename())'
  look_at_functions
  look_into workflows WORKFLOWS workflows list "--location=$REGION" \
    '--format=value(name.basename(),state,labels.lro_revision)'
  look_into cloudscheduler JOBS scheduler jobs list "--location=$SCHEDULER_REGION" \
    "--format=value(name.basename(),schedule,httpTarget.uri,httpTarget.oidcToken.serviceAccountEmail,$(
    )httpTarget.oidcToken.audience,attemptDeadline)"
  look_at_queues
}

# A function whose first deployment failed has a name and a state, but may have no Cloud Run service.
look_at_functions() {
  look_into cloudfunctions FUNCTIONS functions list --v2 "--regions=$REGION" \
    '--format=value(name.basename(),state,labels.lro_revision,eventTrigger.trigger.basename())'
  look_into run SERVICES run services list "--region=$REGION" \
    '--format=value(metadata.name,metadata.annotations."run.googleapis.com/invoker-iam-disabled",'$(
    )'metadata.annotations."run.googleapis.com/iap-enabled")'
}

look_at_subscriptions() {
  look_into pubsub SUBSCRIPTIONS pubsub subscriptions list \
    "--format=value(name.basename(),topic.basename(),ackDeadlineSeconds,messageRetentionDuration,$(
    )expirationPolicy.ttl,retryPolicy.minimumBackoff,retryPolicy.maximumBackoff,$(
    )deadLetterPolicy.deadLetterTopic.basename(),deadLetterPolicy.maxDeliveryAttempts,$(
    )pushConfig.pushEndpoint,pushConfig.oidcToken.serviceAccountEmail,pushConfig.oidcToken.audience,filter)"
}
