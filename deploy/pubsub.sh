# shellcheck shell=bash
# Pub/Sub: the topics, the subscription that keeps dead letters, and the policies of the trigger's subscription.

readonly DAY=86400

ensure_topics() {
  section 'Topics'
  ensure_topic "$TOPIC_LIFECYCLE" "$TOPIC_RETENTION_DAYS" 'Lifecycle events, from workers'
  ensure_topic "$TOPIC_COMPLETIONS" "$TOPIC_RETENTION_DAYS" 'Operations that are done'
  ensure_topic "$TOPIC_SIGNALS" "$TOPIC_RETENTION_DAYS" 'Signals to workers'
  ensure_topic "$TOPIC_DEAD_LETTERS" 31 'Events that can never be applied, or failed a hundred times'
  ensure_dead_letter_subscription
}

# ensure_topic NAME DAYS WHY. What a topic retains can be replayed, by `gcloud pubsub subscriptions seek`.
ensure_topic() {
  local retention=$(($2 * DAY))s
  if ! has "$TOPICS" "$1"; then
    change "$3" pubsub topics create "$1" "--message-retention-duration=$retention"
  elif [[ $(row "$TOPICS" "$1") != "$retention" ]]; then
    change "$3: kept for $2 days" pubsub topics update "$1" "--message-retention-duration=$retention"
  else
    same "topic $1"
  fi
}

# A topic without a subscription forgets, and dead letters are for people who come later.
ensure_dead_letter_subscription() {
  local name=$TOPIC_DEAD_LETTERS-inbox
  if has "$SUBSCRIPTIONS" "$name"; then
    same "subscription $name"
  else
    change 'Keeps dead letters until somebody reads them' pubsub subscriptions create "$name" \
      "--topic=$TOPIC_DEAD_LETTERS" --message-retention-duration=31d --expiration-period=never
  fi
}

ensure_topic_roles() {
  local topic name names
  section 'Roles on the topics'
  for topic in "$TOPIC_COMPLETIONS" "$TOPIC_SIGNALS" "$TOPIC_DEAD_LETTERS"; do
    look_at_policy "$(there "$TOPICS" "$topic")" pubsub topics get-iam-policy "$topic"
    names=("${FUNCTION_ACCOUNTS[@]}")
    [[ $topic != "$TOPIC_DEAD_LETTERS" ]] || names=(events)
    for name in "${names[@]}"; do
      ensure_grant "Publishes to $topic" roles/pubsub.publisher "$(member "$name")" \
        pubsub topics add-iam-policy-binding "$topic"
    done
  done
  # POLICY is that of the dead letters now.
  ensure_grant 'Pub/Sub moves there what could not be delivered' roles/pubsub.publisher "$(pubsub_agent)" \
    pubsub topics add-iam-policy-binding "$TOPIC_DEAD_LETTERS"
}

# Eventarc makes the trigger's subscription with policies of its own; ours are set on it afterwards.
#
# The ack deadline is longer than a call may take, so that no event is delivered again while it is worked on. An event
# that is not acknowledged is tried for some 15 hours, as on the local system (shared/pubsub/topology.ts), and then kept
# as a dead letter: its reason is a dependency that is down, since what can never be applied is acknowledged.
ensure_trigger_subscription() {
  local name wanted deadline=$((TIMEOUT + 30))
  section 'The subscription of the trigger'
  name=$(trigger_subscription)
  wanted=$deadline$'\t'$((7 * DAY))s$'\t10s\t600s\t'$TOPIC_DEAD_LETTERS$'\t100'
  if [[ $(row "$SUBSCRIPTIONS" "$name") == "$wanted" ]]; then
    same "subscription $name"
  else
    change 'Ack deadline, retention, retry policy and dead-letter policy, which Eventarc sets otherwise' \
      pubsub subscriptions update "$name" "--ack-deadline=$deadline" --message-retention-duration=7d \
      --min-retry-delay=10s --max-retry-delay=600s \
      "--dead-letter-topic=$TOPIC_DEAD_LETTERS" --max-delivery-attempts=100
  fi
  look_at_policy "$(there "$SUBSCRIPTIONS" "$name")" pubsub subscriptions get-iam-policy "$name"
  ensure_grant 'Pub/Sub acknowledges what it moves to the dead letters' roles/pubsub.subscriber "$(pubsub_agent)" \
    pubsub subscriptions add-iam-policy-binding "$name"
}

# Known only when the trigger is there: until then `plan` has a name in its place.
trigger_subscription() {
  local trigger subscription
  trigger=$(row "$FUNCTIONS" on-lifecycle-event)
  trigger=${trigger##*$'\t'}
  if [[ -z $trigger ]]; then
    printf 'SUBSCRIPTION_OF_THE_TRIGGER'
    return
  fi
  look subscription eventarc triggers describe "$trigger" "--location=$REGION" \
    '--format=value(transport.pubsub.subscription.basename())'
  printf '%s' "$subscription"
}
