# shellcheck shell=bash
# The workflow that holds the timers of a wait, and the scheduler job that calls `sweep`.

readonly WORKFLOW_FILE=workflows/parallel-poll.yaml
readonly JOB=lro-sweep

# The URLs that the workflow calls are arguments of each execution, so an execution that runs for a year keeps the URLs that
# it began with. Only the steps and the account are deployed here.
ensure_workflow() {
  local found arguments=(
    "--location=$REGION" "--source=$WORKFLOW_FILE" "--service-account=$(account workflow)"
    --call-log-level=log-errors-only
  )
  section 'The workflow'
  revision_of "$WORKFLOW_FILE" "${arguments[@]}"
  found=$(row "$WORKFLOWS" "$WORKFLOW")
  if [[ $(column "$found" 1) == ACTIVE && $(column "$found" 2) == "$REVISION" ]]; then
    same "workflow $WORKFLOW, revision $REVISION"
  else
    change 'Holds the timers of a wait, and polls what is not pushed' \
      workflows deploy "$WORKFLOW" "${arguments[@]}" "--labels=lro_revision=$REVISION"
  fi
}

# Cloud Scheduler adds a slash to a URL without a path, so the URL is compared with the slash.
ensure_scheduler_job() {
  local url job verb=create
  section 'The scheduler job'
  url=$(function_url sweep)
  job=$(row "$JOBS" "$JOB")
  if [[ $(column "$job" 1) == '* * * * *' && $(without_slash "$(column "$job" 2)") == "$url" &&
    $(column "$job" 3) == "$(account scheduler)" && $(without_slash "$(column "$job" 4)") == "$url" &&
    $(column "$job" 5) == "${TIMEOUT}s" ]]; then
    same "scheduler job $JOB"
    return
  fi
  ! has "$JOBS" "$JOB" || verb=update
  # No retry: the next regular run is one minute away.
  change 'Calls sweep every minute' scheduler jobs "$verb" http "$JOB" "--location=$SCHEDULER_REGION" \
    '--schedule=* * * * *' "--uri=$url/" --http-method=POST \
    "--oidc-service-account-email=$(account scheduler)" "--oidc-token-audience=$url" \
    "--attempt-deadline=${TIMEOUT}s"
}

without_slash() {
  printf '%s' "${1%/}"
}
