#!/usr/bin/env bash
#
# Deploys the whole system to Google Cloud, with nothing but bash and gcloud. deploy/README.md lists what it creates.
#
# Each step reads what exists and changes only what is missing or different. So a second run changes nothing, and a run
# after an interrupted one continues it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# How a person calls this script: `lro deploy` says it here.
readonly DEPLOY_COMMAND=${DEPLOY_COMMAND:-./deploy.sh}
readonly DOCTOR_COMMAND=${DOCTOR_COMMAND:-npm run doctor --}

source deploy/settings.sh
source deploy/setting-list.sh
source deploy/hosts.sh
source deploy/tenants.sh
source deploy/size.sh
source deploy/residency.sh
source deploy/gcloud.sh
source deploy/project.sh
source deploy/iam.sh
source deploy/spanner.sh
source deploy/pubsub.sh
source deploy/secret.sh
source deploy/functions.sh
source deploy/workflow.sh
source deploy/tasks.sh
source deploy/console.sh
source deploy/monitoring.sh
source deploy/worker.sh
source deploy/destroy.sh

usage() {
  printf 'usage: %s [COMMAND] [OPTION…]\n' "$DEPLOY_COMMAND"
  cat <<'TEXT'

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
  --offline         plan: print the plan of an empty project, without gcloud and without a login
  --delete-data     destroy: delete the database, the topics and the dead letters as well
  --yes             destroy: do not ask
  --help            this text

a worker service: plan, apply, status and destroy, of its subscription only
  --worker=NAME           the subscription NAME-signals
  --methods=METHOD,…      whose signals it has
  --worker-account=EMAIL  may pull them, publish lifecycle events and call the Operations API
  --tenant=ENDING         of the topics of a tenant: a for operation-signals-a

plan, apply, schema, status and destroy look at the project, and need gcloud and a login; plan --offline does not.
A setting comes from its option, else from the environment, else from deploy.env, else it has its default:
TEXT
  list_settings
}

# In the order of the dependencies, so that everything that an interrupted run leaves behind works.
deploy_all() {
  find_accounts
  find_tenants
  find_apis
  ensure_apis
  look_around
  ensure_key_roles
  ensure_log_metrics
  ensure_service_accounts
  ensure_project_roles
  ensure_schema
  ensure_backups
  ensure_database_role
  ensure_database_roles
  ensure_topics
  ensure_topic_roles
  ensure_token_creator
  ensure_page_token_key
  ensure_image_repository
  ensure_function resume
  ensure_workflow
  ensure_function operations
  ensure_function sweep
  ensure_scheduler_job
  ensure_queue
  ensure_ingress
  ensure_console
  ensure_monitoring
}

next_steps() {
  cat <<TEXT

Deployed. What comes next:
  $DOCTOR_COMMAND --project-id=$PROJECT_ID --region=$REGION     checks it, with a test event that goes all the way through
  Let a worker service receive the signals of its methods, publish its events and call the Operations API:
    $DEPLOY_COMMAND apply --project-id=$PROJECT_ID --region=$REGION \\
      --worker=NAME --methods=METHOD,METHOD --worker-account=EMAIL
  Let a subscriber receive completions:
    gcloud pubsub subscriptions create NAME-completions --topic=$TOPIC_COMPLETIONS --project=$PROJECT_ID
  Let a client call the Operations API at $(function_url operations) :
    gcloud run services add-iam-policy-binding operations --region=$REGION --project=$PROJECT_ID \\
      --role=roles/run.invoker --member=serviceAccount:CLIENT
TEXT
}

report() {
  case $MODE in
    plan) printf '\n%s\n' "$(count_changes) to run; $DEPLOY_COMMAND apply runs them." ;;
    status) printf '\n%s\n' "$(count_changes) needed." ;;
    apply) printf '\n%s\n' "$(count_changes) run." ;;
  esac
  [[ $FAULTS == 0 || $MODE == status ]] || die "$FAULTS of the things above are wrong, and deploy.sh leaves them alone"
}

run_command() {
  case $COMMAND in
    plan | apply | status) if [[ -n $WORKER ]]; then deploy_worker; else deploy_all; fi ;;
    schema) deploy_schema ;;
    destroy) destroy ;;
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
  [[ -z $WORKER ]] || check_worker
  start_gcloud
  run_command
  report
  [[ $COMMAND != apply || -n $WORKER ]] || next_steps
}

main "$@"
