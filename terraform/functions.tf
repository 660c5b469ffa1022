# The functions, built by Cloud Build from the same files that .gcloudignore leaves to deploy.sh.

locals {
  root = "${path.module}/.."
  sources = setsubtract(
    setunion(
      ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"],
      fileset(local.root, "functions/**"),
      fileset(local.root, "shared/**"),
      fileset(local.root, "proto/**"),
    ),
    setunion(
      fileset(local.root, "proto/generated/**"),
      fileset(local.root, "shared/spanner/schema/**"),
      fileset(local.root, "shared/client/**"),
    ),
  )

  functions = {
    on-lifecycle-event = { account = "events", caller = "trigger" }
    operations         = { account = "operations", caller = null }
    resume             = { account = "resume", caller = "workflow" }
    sweep              = { account = "sweep", caller = "scheduler" }
  }
}

data "archive_file" "sources" {
  type        = "zip"
  output_path = "${path.module}/.terraform/sources.zip"

  dynamic "source" {
    for_each = local.sources
    content {
      filename = source.value
      content  = file("${local.root}/${source.value}")
    }
  }
}

resource "google_storage_bucket" "sources" {
  name                        = "lro-sources-${local.number}-${var.region}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
  depends_on                  = [google_project_service.apis]
}

resource "google_storage_bucket_object" "sources" {
  bucket = google_storage_bucket.sources.name
  name   = "${data.archive_file.sources.output_sha256}.zip"
  source = data.archive_file.sources.output_path
}

resource "google_artifact_registry_repository" "images" {
  location      = var.region
  repository_id = "lro-orchestrator"
  format        = "DOCKER"
  depends_on    = [google_project_service.apis]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.this["build"].member
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name     = each.key
  location = var.region

  build_config {
    runtime           = var.runtime
    entry_point       = each.key
    service_account   = google_service_account.this["build"].name
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.sources.name
        object = google_storage_bucket_object.sources.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.this[each.value.account].email
    available_memory                 = var.memory
    available_cpu                    = "1"
    max_instance_request_concurrency = var.concurrency
    timeout_seconds                  = var.timeout
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    ingress_settings                 = "ALLOW_ALL"

    environment_variables = {
      PROJECT_ID         = var.project_id
      LOCATION           = var.region
      SPANNER_INSTANCE   = var.spanner_instance
      SPANNER_DATABASE   = var.spanner_database
      SPANNER_TABLE      = var.spanner_table
      TOPIC_COMPLETIONS  = var.topics.completions
      TOPIC_SIGNALS      = var.topics.signals
      TOPIC_DEAD_LETTERS = var.topics.dead_letters
      WORKFLOW           = var.workflow
      ALLOWED_HOSTS      = join(",", var.allowed_hosts)
      PUSH               = var.push ? "on" : "off"
      DEFAULT_TTL_DAYS   = tostring(var.default_ttl_days)
      LOG_LEVEL          = var.log_level
      RESUME_URL         = local.url.resume
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_project_iam_member.build_reads_sources,
    google_project_iam_member.this,
    google_pubsub_topic_iam_member.publishers,
    google_spanner_database_iam_member.functions,
    google_workflows_workflow.this,
    terraform_data.schema,
  ]
}

# Clients of the Operations API are granted this by their owner.
resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = { for name, function in local.functions : name => function.caller if function.caller != null }

  location = var.region
  name     = google_cloudfunctions2_function.this[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.this[each.value].member
}
