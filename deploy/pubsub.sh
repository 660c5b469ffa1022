# shellcheck shell=bash
# Pub/Sub: the topics of each tenant, the subscriptions that push lifecycle events to the function, and the subscriptions
# that keep dead letters. TENANTS has the suffix of each tenant's names. The first suffix is empty: the topics that are not
# a tenant's.

readonly DAY=86400
readonly DEAD_LETTER_DAYS=31

ensure_topics() {
  local ending
  section 'Topics'
  topic_policy
  for ending in "${TENANTS[@]}"; do
    ensure_topic "$TOPIC_LIFECYCLE$ending" "$TOPIC_RETENTION_DAYS" 'Lifecycle events, from workers'
    ensure_topic "$TOPIC_COMPLETIONS$ending" "$TOPIC_RETENTION_DAYS" 'Operations that are done'
    ensure_topic "$TOPIC_SIGNALS$ending" "$TOPIC_RETENTION_DAYS" 'Signals to workers'
    ensure_topic "$TOPIC_DEAD_LETTERS$ending" $DEAD_LETTER_DAYS \
      'Events that can never be applied, or failed a hundred times'
    ensure_dead_letter_subscription "$TOPIC_DEAD_LETTERS$ending"
  done
}

# ensure_topic NAME DAYS WHY. Messages that a topic retains can be replayed by `gcloud pubsub subscriptions seek`.
ensure_topic() {
  local retention=$(($2 * DAY))s row
  if ! has "$TOPICS" "$1"; then
    change "$3" pubsub topics create "$1" "--message-retention-duration=$retention" \
      ${TOPIC_POLICY[@]+"${TOPIC_POLICY[@]}"}
    return
  fi
  row=$(row "$TOPICS" "$1")
  [[ -z $KMS_KEY || $(column "$row" 2) == "$KMS_KEY" ]] ||
    fault "topic $1 is not encrypted by KMS_KEY" 'a topic keeps the encryption with which it was made; delete it first'
  if [[ $(column "$row" 1) != "$retention" ]]; then
    change "$3: kept for $2 days" pubsub topics update "$1" "--message-retention-duration=$retention"
  elif [[ -n $DATA_REGIONS && $(sorted "$(column "$row" 3)") != "$(sorted "$DATA_REGIONS")" ]]; then
    change "$3: stored in DATA_REGIONS only" pubsub topics update "$1" \
      "--message-storage-policy-allowed-regions=$DATA_REGIONS" --message-storage-policy-enforce-in-transit
  else
    same "topic $1"
  fi
}

# A topic without a subscription keeps no messages for a later reader.
ensure_dead_letter_subscription() {
  local name=$1-inbox
  if has "$SUBSCRIPTIONS" "$name"; then
    same "subscription $name"
  else
    change 'Keeps dead letters until an operator reads them' pubsub subscriptions create "$name" \
      "--topic=$1" "--message-retention-duration=${DEAD_LETTER_DAYS}d" --expiration-period=never
  fi
}

ensure_topic_roles() {
  local ending
  section 'Roles on the topics'
  for ending in "${TENANTS[@]}"; do
    # Nothing is granted here: the owner of each worker grants it access. A grant to everyone is a fault.
    look_at_policy "$(there "$TOPICS" "$TOPIC_LIFECYCLE$ending")" pubsub topics get-iam-policy "$TOPIC_LIFECYCLE$ending"
    ensure_publishers "$TOPIC_COMPLETIONS$ending" "${FUNCTION_ACCOUNTS[@]}"
    ensure_publishers "$TOPIC_SIGNALS$ending" "${FUNCTION_ACCOUNTS[@]}"
    ensure_publishers "$TOPIC_DEAD_LETTERS$ending" events
    # From here on, POLICY is the policy of the topic of dead letters.
    ensure_grant 'Pub/Sub moves there what could not be delivered' roles/pubsub.publisher "$(pubsub_agent)" \
      pubsub topics add-iam-policy-binding "$TOPIC_DEAD_LETTERS$ending"
  done
}

# ensure_publishers TOPIC ACCOUNT…
ensure_publishers() {
  local topic=$1 name
  shift
  look_at_policy "$(there "$TOPICS" "$topic")" pubsub topics get-iam-policy "$topic"
  for name in "$@"; do
    ensure_grant "Publishes to $topic" roles/pubsub.publisher "$(member "$name")" \
      pubsub topics add-iam-policy-binding "$topic"
  done
}

# The subscription that pushes lifecycle events to the function. In a new project it is created last, so that everything
# else exists when events begin to arrive.
ensure_ingress() {
  local trigger
  trigger=$(column "$(row "$FUNCTIONS" on-lifecycle-event)" 3)
  if [[ -n $trigger ]]; then
    replace_trigger
    ensure_function on-lifecycle-event
    return
  fi
  ensure_function on-lifecycle-event
  ensure_lifecycle_subscriptions
}

# Earlier releases had an Eventarc trigger, which a function keeps until the trigger is deleted. The new subscription is
# created first and begins a day earlier in the topic, so that no event is lost with the subscription of the trigger. An
# event that was already applied is recognized by its event id and changes nothing.
replace_trigger() {
  ensure_lifecycle_subscriptions
  section 'The trigger of an earlier release'
  change 'Begins a day ago, with what the trigger may have left' \
    pubsub subscriptions seek on-lifecycle-event --time=-P1D
  change 'A function can not change from a trigger to HTTP; events wait in the subscription meanwhile' \
    functions delete on-lifecycle-event --gen2 "--region=$REGION" --quiet
  FUNCTIONS='' SERVICES=''
}

ensure_lifecycle_subscriptions() {
  local ending
  section 'The subscriptions of lifecycle events'
  for ending in "${TENANTS[@]}"; do
    ensure_lifecycle_subscription "on-lifecycle-event$ending" "$TOPIC_LIFECYCLE$ending" "$TOPIC_DEAD_LETTERS$ending"
  done
}

# ensure_lifecycle_subscription NAME TOPIC DEAD_LETTERS
#
# The ack deadline is longer than a call may take, so that Pub/Sub does not deliver an event again while a call handles it.
# An event that is not acknowledged is retried for about 15 hours, as on the local system (shared/pubsub/topology.ts), and
# then kept as a dead letter. The cause is then a dependency that is down, because an event that can never be applied is
# acknowledged.
#
# The functions-framework takes the topic from the path of the endpoint, because the body of a push does not name the topic.
ensure_lifecycle_subscription() {
  local name=$1 url endpoint wanted found deadline=$((TIMEOUT + 30)) policy
  url=$(function_url on-lifecycle-event)
  endpoint=$url/projects/$PROJECT_ID/topics/$2
  policy=(
    "--ack-deadline=$deadline" --message-retention-duration=7d --expiration-period=never
    --min-retry-delay=10s --max-retry-delay=600s "--dead-letter-topic=$3" --max-delivery-attempts=100
    "--push-endpoint=$endpoint" "--push-auth-service-account=$(account trigger)" "--push-auth-token-audience=$url"
  )
  found=$(row "$SUBSCRIPTIONS" "$name")
  wanted=$2$'\t'$deadline$'\t'$((7 * DAY))s$'\t\t10s\t600s\t'$3$'\t100\t'$endpoint$'\t'$(account trigger)$'\t'$url$'\t'
  if ! has "$SUBSCRIPTIONS" "$name"; then
    change "Pushes the events of $2 to the function" pubsub subscriptions create "$name" "--topic=$2" "${policy[@]}"
  elif [[ $(column "$found" 1) != "$2" ]]; then
    fault "subscription $name is one of topic $(column "$found" 1)" \
      "a subscription keeps its topic: let it run empty, then gcloud pubsub subscriptions delete $name --project=$PROJECT_ID"
  elif [[ $found == "$wanted" ]]; then
    same "subscription $name"
  else
    change 'Deadline, retention, retries, dead letters and endpoint' pubsub subscriptions update "$name" "${policy[@]}"
  fi
  look_at_policy "$(there "$SUBSCRIPTIONS" "$name")" pubsub subscriptions get-iam-policy "$name"
  ensure_grant 'Pub/Sub acknowledges what it moves to the dead letters' roles/pubsub.subscriber "$(pubsub_agent)" \
    pubsub subscriptions add-iam-policy-binding "$name"
}
