# shellcheck shell=bash
# Takes a deployment down, in the reverse order of making it. What holds data stays unless --delete-data is given: the
# database, the topics and the dead letters. An instance is deleted only where deploy.sh made it and no database is left.

destroy() {
  ensure_apis_are_known
  look_around
  if [[ $ASSUME_YES == no ]]; then
    MODE=plan
    destroy_all
    ask_to_destroy
    CHANGES=0 SECTION_PRINTED=''
  fi
  MODE=apply
  destroy_all
}

ensure_apis_are_known() {
  look PROJECT_NUMBER projects describe "$PROJECT_ID" '--format=value(projectNumber)'
  look ENABLED services list --enabled '--format=value(config.name)'
}

destroy_all() {
  look_into spanner INSTANCES spanner instances list '--format=value(name.basename(),displayName)'
  destroy_deployment
  destroy_accounts
  if [[ $DELETE_DATA == yes ]]; then destroy_data; fi
}

ask_to_destroy() {
  local answer=''
  [[ $CHANGES != 0 ]] || return 0
  printf '\nOpen waits end without a resume. '
  if [[ $DELETE_DATA == yes ]]; then
    printf 'ALL DATA IS DELETED. '
  else
    printf 'The data stays. '
  fi
  printf 'To run these commands, type the project id: '
  read -r answer || true
  [[ $answer == "$PROJECT_ID" ]] || die 'nothing was deleted'
}

# remove LIST NAME WHY WORD…: removes what is in the list.
remove() {
  has "$1" "$2" || return 0
  local why=$3
  shift 3
  change "$why" "$@" --quiet
}

destroy_deployment() {
  local name
  section 'The deployment'
  remove "$JOBS" "$JOB" 'No more sweeps' scheduler jobs delete "$JOB" "--location=$SCHEDULER_REGION"
  for name in on-lifecycle-event operations sweep resume; do
    remove "$FUNCTIONS" "$name" "The function and, where it has one, its trigger" \
      functions delete "$name" --gen2 "--region=$REGION"
  done
  remove "$WORKFLOWS" "$WORKFLOW" 'The workflow, with its executions' \
    workflows delete "$WORKFLOW" "--location=$REGION"
  remove "$REPOSITORIES" "$REPOSITORY" 'The images' \
    artifacts repositories delete "$REPOSITORY" "--location=$REGION"
}

# Grants first: those of a deleted account would stay in the policies as members that nobody is.
destroy_accounts() {
  local name topic
  section 'Service accounts'
  remove_grants projects "$PROJECT_ID"
  if [[ $DELETE_DATA == no ]]; then
    for topic in "$TOPIC_COMPLETIONS" "$TOPIC_SIGNALS" "$TOPIC_DEAD_LETTERS"; do
      ! has "$TOPICS" "$topic" || remove_grants 'pubsub topics' "$topic"
    done
    look_at_database
    [[ -z $DATABASE ]] || remove_grants 'spanner databases' "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  fi
  for name in "${ACCOUNT_NAMES[@]}"; do
    remove "$ACCOUNTS" "$(account "$name")" 'Nothing runs as it any more' \
      iam service-accounts delete "$(account "$name")"
  done
}

# remove_grants GROUP ARGUMENT…: removes the roles that our accounts have on the resource.
remove_grants() {
  local group name role email title arguments
  read -r -a group <<<"$1"
  shift
  look_at_policy there "${group[@]}" get-iam-policy "$@"
  while IFS=$'\t' read -r role email title; do
    for name in "${ACCOUNT_NAMES[@]}"; do
      [[ $email == "$(member "$name")" ]] || continue
      arguments=("$@" "--role=$role" "--member=$email")
      if [[ $title == lro-sources ]]; then
        arguments+=("$(source_condition)")
      elif [[ ${group[0]} != pubsub ]]; then
        arguments+=(--condition=None)
      fi
      change 'A role of an account that goes' "${group[@]}" remove-iam-policy-binding "${arguments[@]}"
    done
  done <<<"$POLICY"
}

destroy_data() {
  local topic databases
  section 'The data'
  remove "$SUBSCRIPTIONS" "$TOPIC_DEAD_LETTERS-inbox" 'The dead letters' \
    pubsub subscriptions delete "$TOPIC_DEAD_LETTERS-inbox"
  for topic in "$TOPIC_LIFECYCLE" "$TOPIC_COMPLETIONS" "$TOPIC_SIGNALS" "$TOPIC_DEAD_LETTERS"; do
    remove "$TOPICS" "$topic" 'A topic, with what it retains' pubsub topics delete "$topic"
  done
  has "$INSTANCES" "$SPANNER_INSTANCE" || return 0
  look databases spanner databases list "--instance=$SPANNER_INSTANCE" '--format=value(name.basename())'
  remove "$databases" "$SPANNER_DATABASE" 'Every operation' \
    spanner databases delete "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  if [[ $(row "$INSTANCES" "$SPANNER_INSTANCE") == lro-orchestrator ]] &&
    [[ -z $databases || $databases == "$SPANNER_DATABASE" ]]; then
    change 'Made by deploy.sh, and empty now' spanner instances delete "$SPANNER_INSTANCE" --quiet
  fi
}
