#!/usr/bin/env bash
# A fan-out with curl only: a parent that waits for two children, each event published by hand.
#
#   npm start
#   examples/gcloud/fan-out.sh
#
# On Google Cloud, publish is: gcloud pubsub topics publish operation-lifecycle --message="$1"
set -euo pipefail

api="${OPERATIONS_URL:-http://localhost:8080}"
id="report-$RANDOM$RANDOM"

post() { curl -sSf "$api$1" -H 'content-type: application/json' -d "$2"; }

publish() {
  if [ -n "${PROJECT_ID:-}" ]; then
    gcloud pubsub topics publish operation-lifecycle --project="$PROJECT_ID" --message="$1" > /dev/null
  else
    post /v1/projects/local/topics/operation-lifecycle:publish \
      "{\"messages\":[{\"data\":\"$(printf %s "$1" | base64 | tr -d '\n')\"}]}" > /dev/null
  fi
}

state() { curl -sSf "$api/v1/operations/$1:inspect" 2> /dev/null | sed 's/.*"state":"\([A-Z]*\)".*/\1/'; }

until_state() {
  for _ in $(seq 100); do
    [ "$(state "$1")" = "$2" ] && return
    sleep 0.1
  done
  echo "$1 did not become $2" >&2
  exit 1
}

publish "{\"operation\":\"operations/$id\",\"created\":{\"method\":\"example.v1.Reports.Bash\"}}"
for page in 1 2; do
  publish "{\"operation\":\"operations/$id-$page\",\"created\":{\"parent\":\"operations/$id\"}}"
done
publish "{\"operation\":\"operations/$id\",\"waiting\":{\"resumePoint\":\"collect\",\"policy\":\"ALL_SUCCEEDED\",
  \"childOperations\":[\"operations/$id-1\",\"operations/$id-2\"]}}"
until_state "$id" WAITING
echo "operations/$id waits for its children"

for page in 1 2; do publish "{\"operation\":\"operations/$id-$page\",\"succeeded\":{}}"; done
# The orchestrator ended the wait and published a RESUME signal. This script does what a worker does after it.
until_state "$id" RUNNING
publish "{\"operation\":\"operations/$id\",\"succeeded\":{\"response\":{
  \"@type\":\"type.googleapis.com/google.protobuf.Struct\",\"value\":{\"pages\":2}}}}"
post "/v1/operations/$id:wait" '{"timeout":"10s"}'
