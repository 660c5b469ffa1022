# shellcheck shell=bash
# The dashboard, the log-based metrics and the alert policies: the files of deploy/monitoring, in which ${name} is replaced
# by a value. A label with a digest tells the next run which version of a file was applied. docs/operating.md has a runbook
# for each alert. The policies alert-telemetry-*.json read metrics of OpenTelemetry, which Cloud Monitoring has only with
# TELEMETRY=google. With any other value, deploy.sh removes these policies.

look_at_monitoring() {
  look_into logging METRICS logging metrics list '--format=value(name,description)'
  look_into monitoring ALERTS alpha monitoring policies list '--format=value(displayName,name.basename(),userLabels.lro_revision)'
  look_into monitoring DASHBOARDS monitoring dashboards list '--format=value(displayName,name.basename(),labels.lro_revision)'
}

# The metrics are created long before the policies that name them, because Cloud Monitoring needs minutes to recognize a new
# metric.
ensure_log_metrics() {
  local file name description
  [[ $MONITORING == on ]] || return 0
  look_at_monitoring
  section 'Metrics'
  for file in deploy/monitoring/metric-*.json; do
    render "$file"
    name=$(json_field name)
    description=$(json_field description)
    ensure_file "$(row "$METRICS" "$name")" "$description" "metric $name" \
      "logging metrics create $name" "logging metrics update $name" --config-from-file
  done
}

ensure_monitoring() {
  local file title found
  [[ $MONITORING == on ]] || return 0
  section 'Alerts and the dashboard'
  for file in deploy/monitoring/alert-*.json; do
    render "$file"
    title=$(json_field displayName)
    if [[ $file == */alert-telemetry-* && $TELEMETRY != google ]]; then
      remove_alert 'TELEMETRY is no longer google' "$title"
      continue
    fi
    found=$(row "$ALERTS" "$title")
    ensure_file "$(column "$found" 2)" "$REVISION" "alert $title" \
      'alpha monitoring policies create' "alpha monitoring policies update $(column "$found" 1)" --policy-from-file
  done
  render deploy/monitoring/dashboard.json
  found=$(row "$DASHBOARDS" lro-orchestrator)
  ensure_file "$(column "$found" 2)" "$REVISION" 'the dashboard lro-orchestrator' \
    'monitoring dashboards create' "monitoring dashboards update $(column "$found" 1)" --config-from-file
}

# remove_alert WHY TITLE: deletes the alert policy if it exists.
remove_alert() {
  ! has "$ALERTS" "$2" || change "$1" \
    alpha monitoring policies delete "$(column "$(row "$ALERTS" "$2")" 1)" --quiet
}

# ensure_file IS WANTED WHAT CREATE UPDATE FLAG
ensure_file() {
  local words
  if [[ $1 == "$2" ]]; then
    same "$3"
    return
  fi
  read -r -a words <<<"$4"
  [[ -z $1 ]] || read -r -a words <<<"$5"
  change "$3" "${words[@]}" "$6=$RENDERED"
}

# render FILE: sets RENDERED to the file with its values filled in, and REVISION to the digest of RENDERED.
render() {
  local text channels
  text=$(<"$1")
  channels='[]'
  [[ -z $NOTIFICATION_CHANNELS ]] || channels='["'${NOTIFICATION_CHANNELS//,/\",\"}'"]'
  # shellcheck disable=SC2016 # the names stand in the file as they stand here
  {
    text=${text//'${dead_letters}'/$TOPIC_DEAD_LETTERS}
    text=${text//'${workflow}'/$WORKFLOW}
    text=${text//'${spanner_instance}'/$SPANNER_INSTANCE}
    text=${text//'["${notification_channels}"]'/$channels}
    REVISION=$(sha256 <<<"$text")
    REVISION=${REVISION:0:40}
    text=${text//'${revision}'/$REVISION}
  }
  RENDERED=$WORK/${1##*/}
  printf '%s\n' "$text" >"$RENDERED"
}

# json_field NAME: prints the text of a top-level field of RENDERED. The files have one field per line.
json_field() {
  local line
  while IFS= read -r line; do
    [[ $line =~ ^\ \ \"$1\":\ \"(.*)\",?$ ]] || continue
    printf '%s' "${BASH_REMATCH[1]}"
    return
  done <"$RENDERED"
}

destroy_monitoring() {
  local file name
  for file in deploy/monitoring/alert-*.json; do
    render "$file"
    name=$(json_field displayName)
    remove_alert "Alert $name" "$name"
  done
  ! has "$DASHBOARDS" lro-orchestrator || change 'The dashboard' \
    monitoring dashboards delete "$(column "$(row "$DASHBOARDS" lro-orchestrator)" 1)" --quiet
  for file in deploy/monitoring/metric-*.json; do
    render "$file"
    name=$(json_field name)
    remove "$METRICS" "$name" "Metric $name" logging metrics delete "$name"
  done
}
