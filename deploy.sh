#!/usr/bin/env bash
#
# Brings the whole system to Google Cloud, with bash and gcloud and nothing else; deploy/README.md says what it makes.
#
# Every step looks at what is there and changes only what is missing or different. So the second run changes nothing,
# and a run that was broken off is continued by the next.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

source deploy/settings.sh
source deploy/gcloud.sh
source deploy/project.sh
source deploy/iam.sh
source deploy/spanner.sh
source deploy/pubsub.sh
source deploy/functions.sh
source deploy/workflow.sh
source deploy/destroy.sh

usage() {
  cat <<'TEXT'
usage: ./deploy.sh [COMMAND] [OPTION…]

commands
  plan      print every command that `apply` would run, and why (the default)
  apply     run them
  schema    apply only what concerns the Spanner instance, database and tables
  settings  print the settings as they are read
  status    say of each resource whether it is there and as it should be
  destroy   take the deployment down; the data stays unless --delete-data is given

options
  --NAME=VALUE      a setting: --project-id=my-project sets PROJECT_ID
  --env-file=FILE   read settings from FILE instead of deploy.env
  --delete-data     destroy: delete the database, the topics and the dead letters as well
  --yes             destroy: do not ask
  --help            this text

A setting comes from its option, else from the environment, else from deploy.env, else it has its default:
TEXT
  list_settings
}

# The order is that of the dependencies. The event trigger comes last: when events start to flow, all of it is there.
deploy_all() {
  ensure_apis
  look_around
  ensure_service_accounts
  ensure_project_roles
  ensure_schema
  ensure_database_roles
  ensure_topics
  ensure_topic_roles
  ensure_token_creator
  ensure_image_repository
  ensure_function resume
  ensure_workflow
  ensure_function operations
  ensure_function sweep
  ensure_scheduler_job
  ensure_function on-lifecycle-event
  ensure_trigger_subscription
}

next_steps() {
  cat <<TEXT

Deployed. What comes next:
  npm run doctor -- --project-id=$PROJECT_ID --region=$REGION     checks it, with a test event that goes all the way through
  Let a worker publish its lifecycle events:
    gcloud pubsub topics add-iam-policy-binding $TOPIC_LIFECYCLE --project=$PROJECT_ID \\
      --role=roles/pubsub.publisher --member=serviceAccount:WORKER
  Let it receive signals and completions:
    gcloud pubsub subscriptions create WORKER-signals --topic=$TOPIC_SIGNALS --project=$PROJECT_ID
    gcloud pubsub subscriptions create WORKER-completions --topic=$TOPIC_COMPLETIONS --project=$PROJECT_ID
  Let a client call the Operations API at $(function_url operations) :
    gcloud run services add-iam-policy-binding operations --region=$REGION --project=$PROJECT_ID \\
      --role=roles/run.invoker --member=serviceAccount:CLIENT
TEXT
}

report() {
  case $MODE in
    plan) printf '\n%s\n' "$(count_changes) to run; ./deploy.sh apply runs them." ;;
    status) printf '\n%s\n' "$(count_changes) needed." ;;
    apply) printf '\n%s\n' "$(count_changes) run." ;;
  esac
}

main() {
  parse_arguments "$@"
  if [[ $COMMAND == help ]]; then
    usage
    return
  fi
  load_settings
  if [[ $COMMAND == settings ]]; then
    print_settings
    return
  fi
  start_gcloud
  case $COMMAND in
    plan | apply | status) deploy_all ;;
    schema) deploy_schema ;;
    destroy) destroy ;;
  esac
  report
  [[ $COMMAND != apply ]] || next_steps
}

main "$@"
