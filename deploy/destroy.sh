# shellcheck shell=bash
# Removes a deployment, in the reverse order of its creation. The database, the topics and the dead letters stay unless
# --delete-data is given. An instance is deleted only if deploy.sh created it and no database is left in it.

destroy() {
  find_accounts
  find_tenants
  look_at_project
  look_around
  look_at_monitoring
  if [[ $ASSUME_YES == no ]]; then
    MODE=plan
    destroy_all
    ask_to_destroy
    CHANGES=0 SECTION_PRINTED=''
  fi
  MODE=apply
  destroy_all
}

destroy_all() {
  if [[ -n $WORKER ]]; then
    destroy_worker
    return
  fi
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

# remove LIST NAME WHY WORD…: removes the resource if the list contains it.
remove() {
  has "$1" "$2" || return 0
  local why=$3
  shift 3
  change "$why" "$@" --quiet
}

destroy_deployment() {
  local name ending
  section 'The deployment'
  destroy_monitoring
  remove "$JOBS" "$JOB" 'No more sweeps' scheduler jobs delete "$JOB" "--location=$SCHEDULER_REGION"
  stop_queue
  for name in console on-lifecycle-event operations sweep resume; do
    remove "$FUNCTIONS" "$name" 'The function' functions delete "$name" --gen2 "--region=$REGION"
  done
  if [[ $DELETE_DATA == no ]]; then stop_pushes; fi
  remove "$WORKFLOWS" "$WORKFLOW" 'The workflow, with its executions' \
    workflows delete "$WORKFLOW" "--location=$REGION"
  remove "$REPOSITORIES" "$REPOSITORY" 'The images' \
    artifacts repositories delete "$REPOSITORY" "--location=$REGION"
  remove "$SECRETS" "$PAGE_TOKEN_SECRET" 'The key of page tokens' secrets delete "$PAGE_TOKEN_SECRET"
}

# The subscription keeps the events for the next deployment, instead of pushing them to a function that no longer exists.
stop_pushes() {
  local ending name
  for ending in "${TENANTS[@]}"; do
    name=on-lifecycle-event$ending
    [[ -z $(column "$(row "$SUBSCRIPTIONS" "$name")" 9) ]] ||
      change 'Events wait for the next deployment' pubsub subscriptions modify-push-config "$name" --push-endpoint=
  done
}

# Google reserves the name of a deleted queue for days, and a new deployment could not create it. So the queue is paused and
# kept, unless the data is deleted too.
stop_queue() {
  local queue=("$TASKS_QUEUE" "--location=$TASKS_LOCATION")
  has "$QUEUES" "$TASKS_QUEUE" || return 0
  if [[ $DELETE_DATA == yes ]]; then
    remove "$QUEUES" "$TASKS_QUEUE" 'The queue' tasks queues delete "${queue[@]}"
  elif [[ $(column "$(row "$QUEUES" "$TASKS_QUEUE")" 1) != PAUSED ]]; then
    change 'No more tasks' tasks queues pause "${queue[@]}" --quiet
    change 'None that is left' tasks queues purge "${queue[@]}" --quiet
  fi
}

# Grants are removed first: the policies would keep the grants of a deleted account, for a member that does not exist.
destroy_accounts() {
  local name topic ending
  section 'Service accounts'
  remove_grants projects "$PROJECT_ID"
  if [[ $DELETE_DATA == no ]]; then
    for ending in "${TENANTS[@]}"; do
      for topic in "$TOPIC_COMPLETIONS" "$TOPIC_SIGNALS" "$TOPIC_DEAD_LETTERS"; do
        ! has "$TOPICS" "$topic$ending" || remove_grants 'pubsub topics' "$topic$ending"
      done
    done
    ! has "$QUEUES" "$TASKS_QUEUE" || remove_grants 'tasks queues' "$TASKS_QUEUE" "--location=$TASKS_LOCATION"
    look_at_database
    [[ -z $DATABASE ]] || remove_grants 'spanner databases' "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  fi
  for name in "${ACCOUNT_NAMES[@]}"; do
    remove "$ACCOUNTS" "$(account "$name")" 'Nothing runs as it any more' \
      iam service-accounts delete "$(account "$name")"
  done
}

# remove_grants GROUP ARGUMENT…: removes the roles that the accounts of this deployment have on the resource.
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
      elif [[ ${group[0]} != pubsub && ${group[0]} != tasks ]]; then
        arguments+=(--condition=None)
      fi
      change 'A role of an account that goes' "${group[@]}" remove-iam-policy-binding "${arguments[@]}"
    done
  done <<<"$POLICY"
}

destroy_data() {
  local topic ending
  section 'The data'
  for ending in "${TENANTS[@]}"; do
    remove "$SUBSCRIPTIONS" "on-lifecycle-event$ending" 'The events that wait' \
      pubsub subscriptions delete "on-lifecycle-event$ending"
    remove "$SUBSCRIPTIONS" "$TOPIC_DEAD_LETTERS$ending-inbox" 'The dead letters' \
      pubsub subscriptions delete "$TOPIC_DEAD_LETTERS$ending-inbox"
    for topic in "$TOPIC_LIFECYCLE" "$TOPIC_COMPLETIONS" "$TOPIC_SIGNALS" "$TOPIC_DEAD_LETTERS"; do
      remove "$TOPICS" "$topic$ending" 'A topic, with what it retains' pubsub topics delete "$topic$ending"
    done
  done
  ! has "$INSTANCES" "$SPANNER_INSTANCE" || destroy_database
}

# Backups outlive their database and keep the instance. deploy.sh never deletes a backup. It deletes the instance if it
# created it and the instance has neither another database nor a backup.
destroy_database() {
  local databases backups name others
  look databases spanner databases list "--instance=$SPANNER_INSTANCE" '--format=value(name.basename())'
  look backups spanner backups list "--instance=$SPANNER_INSTANCE" '--format=value(name.basename())'
  remove "$databases" "$SPANNER_DATABASE" 'Every operation, and the schedule of backups' \
    spanner databases delete "$SPANNER_DATABASE" "--instance=$SPANNER_INSTANCE"
  others=$(grep -v -x -F -- "$SPANNER_DATABASE" <<<"$databases" || true)
  if [[ -n $backups ]]; then
    note "The instance $SPANNER_INSTANCE stays with its backups, which cost by the GiB. To delete them:"
    while IFS= read -r name; do
      note "  gcloud spanner backups delete $name --instance=$SPANNER_INSTANCE --project=$PROJECT_ID"
    done <<<"$backups"
  elif [[ -z $others && $(column "$(row "$INSTANCES" "$SPANNER_INSTANCE")" 1) == lro-orchestrator ]]; then
    change 'Made by deploy.sh, and empty now' spanner instances delete "$SPANNER_INSTANCE" --quiet
  fi
}
