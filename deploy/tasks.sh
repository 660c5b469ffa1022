# shellcheck shell=bash
# The Cloud Tasks queue, if TASKS_QUEUE names one. A task calls `sweep` when something is due before the next minute. A lost
# task costs at most a minute, so a task is tried for a minute only.

readonly TASK_RATE=20
readonly TASK_ATTEMPTS=5

look_at_queues() {
  QUEUES=''
  [[ -n $TASKS_QUEUE ]] || return 0
  look_into cloudtasks QUEUES tasks queues list "--location=$TASKS_LOCATION" \
    '--format=value(name.basename(),state,rateLimits.maxDispatchesPerSecond,retryConfig.maxAttempts)'
}

ensure_queue() {
  local found name verb=create queue=("$TASKS_QUEUE" "--location=$TASKS_LOCATION")
  [[ -n $TASKS_QUEUE ]] || return 0
  section 'The queue of due times'
  found=$(row "$QUEUES" "$TASKS_QUEUE")
  if [[ $(column "$found" 1) == PAUSED || $(column "$found" 1) == DISABLED ]]; then
    change 'It stands still' tasks queues resume "${queue[@]}"
  fi
  ! has "$QUEUES" "$TASKS_QUEUE" || verb=update
  # Google returns the rate with a fraction.
  if [[ $(column "$found" 2) =~ ^$TASK_RATE(\.0+)?$ && $(column "$found" 3) == "$TASK_ATTEMPTS" ]]; then
    same "queue $TASKS_QUEUE"
  else
    change 'Calls sweep at the time that something is due' tasks queues "$verb" "${queue[@]}" \
      "--max-dispatches-per-second=$TASK_RATE" --max-concurrent-dispatches=10 "--max-attempts=$TASK_ATTEMPTS" \
      --min-backoff=1s --max-backoff=10s --max-retry-duration=60s
  fi
  look_at_policy "$(there "$QUEUES" "$TASKS_QUEUE")" tasks queues get-iam-policy "${queue[@]}"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant 'Enters the times at which something is due' roles/cloudtasks.enqueuer "$(member "$name")" \
      tasks queues add-iam-policy-binding "${queue[@]}"
  done
  look_at_policy "$(there "$ACCOUNTS" "$(account scheduler)")" \
    iam service-accounts get-iam-policy "$(account scheduler)"
  for name in "${FUNCTION_ACCOUNTS[@]}"; do
    ensure_grant 'Makes tasks that call sweep in the name of the scheduler' roles/iam.serviceAccountUser \
      "$(member "$name")" iam service-accounts add-iam-policy-binding "$(account scheduler)"
  done
}
