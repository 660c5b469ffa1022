# One service account for each function, the trigger, the workflow, the scheduler and the build. Roles are granted on single
# resources, except those that exist on projects only. deploy/README.md explains them.

locals {
  accounts = merge(
    {
      events     = "Runs the function on-lifecycle-event"
      operations = "Runs the function operations"
      resume     = "Runs the function resume"
      sweep      = "Runs the function sweep"
      trigger    = "Calls on-lifecycle-event with the events of the topic"
      workflow   = "Runs the workflow"
      scheduler  = "Calls sweep every minute"
      build      = "Builds the functions"
    },
    var.console ? { console = "Runs the function console" } : {},
  )
  function_accounts = toset(concat(["events", "operations", "resume", "sweep"], var.console ? ["console"] : []))

  # Google's Telemetry API counts the calls against the project in the header x-goog-user-project. That needs the last of
  # these roles.
  telemetry_roles = var.telemetry != "google" ? {} : {
    traces  = "roles/telemetry.tracesWriter"
    metrics = "roles/telemetry.metricsWriter"
    usage   = "roles/serviceusage.serviceUsageConsumer"
  }

  project_roles = merge(
    { for name in local.function_accounts : "${name}-launches" => { account = name, role = "roles/workflows.invoker" } },
    {
      workflow-logs = { account = "workflow", role = "roles/logging.logWriter" }
      build-logs    = { account = "build", role = "roles/logging.logWriter" }
    },
    merge([
      for name in local.function_accounts :
      { for what, role in local.telemetry_roles : "${name}-${what}" => { account = name, role = role } }
    ]...),
  )
}

resource "google_service_account" "this" {
  for_each = local.accounts

  account_id   = "${var.service_account_prefix}-${each.key}"
  display_name = each.value
  depends_on   = [google_project_service.apis]
}

resource "google_project_iam_member" "this" {
  for_each = local.project_roles

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.this[each.value.account].member
}

# Cloud Run functions copies the uploaded sources into a bucket that it creates later, and the build reads that bucket. So
# the condition names it.
resource "google_project_iam_member" "build_reads_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.this["build"].member

  condition {
    title      = "lro-sources"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.number}-${var.region}\")"
  }
}

# A new grant takes a minute or more to be visible everywhere, and a build that begins before fails.
resource "time_sleep" "build_grants" {
  create_duration = "90s"

  triggers = {
    sources = google_project_iam_member.build_reads_sources.id
    images  = google_artifact_registry_repository_iam_member.build.id
    logs    = google_project_iam_member.this["build-logs"].id
  }
}

# Needed in projects whose Pub/Sub service agent was created before April 2021.
resource "google_service_account_iam_member" "pubsub_signs_for_trigger" {
  service_account_id = google_service_account.this["trigger"].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
  depends_on         = [google_project_service_identity.agents]
}
