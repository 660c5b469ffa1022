# shellcheck shell=bash
# The tenants of a deployment, from TOPIC_PREFIXES. Each tenant has a lifecycle topic that accepts only ids with the
# tenant's prefix, and topics for its signals, completions and dead letters. All of them have the suffix of the lifecycle
# topic: operation-lifecycle-a belongs to operation-signals-a.

check_TOPIC_PREFIXES() {
  local entry topic prefix other tenants=()
  entries "$TOPIC_PREFIXES"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    topic=${entry%%=*} prefix=${entry#*=}
    if [[ $entry != *=* ]]; then
      refuse "TOPIC_PREFIXES must be TOPIC=PREFIX, separated by commas, and has \"$entry\""
    elif ! [[ $topic == "$TOPIC_LIFECYCLE"-?* && $topic =~ $TOPIC ]]; then
      refuse "TOPIC_PREFIXES must name topics that begin with $TOPIC_LIFECYCLE-, and has \"$topic\""
    elif ! [[ $prefix =~ ^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$ ]]; then
      refuse "TOPIC_PREFIXES must give $topic a prefix of ids, 1 to 64 of A-Z a-z 0-9 . _ ~ -, and has \"$prefix\""
    fi
    for other in ${tenants[@]+"${tenants[@]}"}; do
      [[ ${other%%=*} != "$topic" ]] || refuse "TOPIC_PREFIXES must name each topic once, and has $topic twice"
      other=${other#*=}
      [[ -z $prefix || -z $other || ($prefix != "$other"* && $other != "$prefix"*) ]] ||
        refuse "TOPIC_PREFIXES must have no prefix that begins another, and has \"$other\" and \"$prefix\""
    done
    tenants+=("$entry")
  done
}

# Sets TENANTS to the suffixes of the topic names: empty for the common topics, then -a, -b, …
find_tenants() {
  local entry topic
  TENANTS=('')
  entries "$TOPIC_PREFIXES"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    topic=${entry%%=*}
    TENANTS+=("${topic#"$TOPIC_LIFECYCLE"}")
  done
}
