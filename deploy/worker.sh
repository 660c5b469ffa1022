# shellcheck shell=bash
# The subscription of one worker service: `deploy.sh apply --worker=NAME --methods=METHOD,METHOD`. It receives the signals
# of these methods only, has an ack deadline of a minute, and has no dead-letter policy: a signal whose method the running
# release does not know waits for another release.

readonly WORKER_ACK_DEADLINE=60
# Google's page "Quotas and limits" of Pub/Sub.
readonly LONGEST_FILTER=256

check_worker() {
  local method
  WRONG=0
  [[ $WORKER =~ ^[A-Za-z][A-Za-z0-9._~+%-]{2,246}$ ]] ||
    refuse "--worker must be the name of a service: 3 to 247 letters, digits and ._~+%-, a letter first, and is \"$WORKER\""
  entries "$METHODS"
  [[ ${#ENTRIES[@]} -gt 0 || $COMMAND == destroy ]] || refuse '--methods must name the methods that the worker serves, separated by commas'
  for method in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    [[ $method =~ ^[^\"\\[:cntrl:][:space:]]+$ ]] ||
      refuse "--methods must have no empty entry, quotes, backslashes or spaces, and has \"$method\""
  done
  find_worker_filter
  ((${#FILTER} <= LONGEST_FILTER)) ||
    refuse "--methods make a filter of ${#FILTER} bytes, and Pub/Sub takes $LONGEST_FILTER: give the worker several names, each with some of the methods"
  [[ -z $WORKER_ACCOUNT || $WORKER_ACCOUNT =~ ^[^@\ ]+@[^@\ ]+$ ]] ||
    refuse "--worker-account must be the email of a service account, and is \"$WORKER_ACCOUNT\""
  find_tenants
  [[ " ${TENANTS[*]} " == *" ${TENANT:+-}$TENANT "* || -z $TENANT ]] ||
    refuse "--tenant must be the ending of a topic of TOPIC_PREFIXES, and is \"$TENANT\""
  [[ $WRONG == 0 ]] || exit 1
}

find_worker_filter() {
  local method
  FILTER=''
  for method in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    FILTER+="${FILTER:+ OR }attributes.method = \"$method\""
  done
}

deploy_worker() {
  local name=$WORKER-signals topic=$TOPIC_SIGNALS${TENANT:+-$TENANT} found lifecycle=$TOPIC_LIFECYCLE${TENANT:+-$TENANT}
  look_at_project
  look_at_subscriptions
  look_into pubsub TOPICS pubsub topics list '--format=value(name.basename(),messageRetentionDuration)'
  look_at_functions
  section "The worker $WORKER"
  has "$TOPICS" "$topic" || [[ $MODE == plan ]] || die "there is no topic $topic: run $DEPLOY_COMMAND apply first"
  found=$(row "$SUBSCRIPTIONS" "$name")
  if ! has "$SUBSCRIPTIONS" "$name"; then
    change 'The signals of its methods' pubsub subscriptions create "$name" "--topic=$topic" \
      "--ack-deadline=$WORKER_ACK_DEADLINE" --message-retention-duration=7d --expiration-period=never \
      --min-retry-delay=1s --max-retry-delay=60s "--message-filter=$FILTER"
  elif [[ $(column "$found" 1) != "$topic" || $(column "$found" 12) != "$FILTER" ]]; then
    fault "subscription $name has another topic or filter, which Pub/Sub never changes" \
      'deploy the worker by another name, let it pull both, and delete the old subscription when it is empty'
  elif [[ $(column "$found" 2) != "$WORKER_ACK_DEADLINE" || -n $(column "$found" 7) ]]; then
    change 'A deadline of a minute, and no dead letters' pubsub subscriptions update "$name" \
      "--ack-deadline=$WORKER_ACK_DEADLINE" --clear-dead-letter-policy
  else
    same "subscription $name"
  fi
  [[ -z $WORKER_ACCOUNT ]] || ensure_worker_roles "$name" "$lifecycle"
}

ensure_worker_roles() {
  local worker=serviceAccount:$WORKER_ACCOUNT
  look_at_policy "$(there "$SUBSCRIPTIONS" "$1")" pubsub subscriptions get-iam-policy "$1"
  ensure_grant 'Pulls its signals' roles/pubsub.subscriber "$worker" pubsub subscriptions add-iam-policy-binding "$1"
  # `serve` checks the filter before it starts.
  ensure_grant 'Sees the filter of its subscription' roles/pubsub.viewer "$worker" \
    pubsub subscriptions add-iam-policy-binding "$1"
  look_at_policy "$(there "$TOPICS" "$2")" pubsub topics get-iam-policy "$2"
  ensure_grant 'Publishes its lifecycle events' roles/pubsub.publisher "$worker" \
    pubsub topics add-iam-policy-binding "$2"
  look_at_policy "$(there "$SERVICES" operations)" run services get-iam-policy operations "--region=$REGION"
  ensure_grant 'Renews leases and reads children by the Operations API' roles/run.invoker "$worker" \
    run services add-iam-policy-binding operations "--region=$REGION" --condition=None
}

destroy_worker() {
  section "The worker $WORKER"
  remove "$SUBSCRIPTIONS" "$WORKER-signals" 'Its signals' pubsub subscriptions delete "$WORKER-signals"
}
