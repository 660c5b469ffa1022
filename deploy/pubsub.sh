# shellcheck shell=bash
# Pub/Sub: the topics of each tenant, the subscriptions that push lifecycle events to the function, and those that keep
# dead letters. TENANTS has the ending of each tenant's names; it begins with the empty one.

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

# ensure_topic NAME DAYS WHY. What a topic retains can be replayed, by `gcloud pubsub subscriptions seek`.
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

# A topic without a subscription keeps nothing for a reader who comes later.
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
    # Nothing is granted here: workers are granted by their owners, and everyone is a fault.
    look_at_policy "$(there "$TOPICS" "$TOPIC_LIFECYCLE$ending")" pubsub topics get-iam-policy "$TOPIC_LIFECYCLE$ending"
    ensure_publishers "$TOPIC_COMPLETIONS$ending" "${FUNCTION_ACCOUNTS[@]}"
    ensure_publishers "$TOPIC_SIGNALS$ending" "${FUNCTION_ACCOUNTS[@]}"
    ensure_publishers "$TOPIC_DEAD_LETTERS$ending" events
    # POLICY is that of the dead letters now.
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

# Where lifecycle events come in, with the function behind it. In a new project the subscription comes last: when events
# begin to flow, all of it is there.
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

# Earlier releases had a trigger of Eventarc, which a function keeps until it is deleted. The new subscription is made
# first, and goes back a day in the topic, so that no event is lost with the subscription of the trigger; what was applied
# already is known by its event id, and changes nothing.
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
# The ack deadline is longer than a call may take, so that no event is delivered again while a call works on it. An event
# that is not acknowledged is tried for some 15 hours, as on the local system (shared/pubsub/topology.ts), and then kept
# as a dead letter: its reason is a dependency that is down, since what can never be applied is acknowledged.
#
# The path of the endpoint is how the functions-framework learns the topic, which the body of a push does not name.
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
