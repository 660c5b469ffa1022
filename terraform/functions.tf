# The functions. Cloud Build builds them from the same files as with deploy.sh: those that .gcloudignore leaves.

locals {
  root = "${path.module}/.."
  sources = setsubtract(
    setunion(
      ["package.json", "package-lock.json", "tsconfig.json"],
      fileset(local.root, "functions/**"),
      fileset(local.root, "shared/**"),
      fileset(local.root, "proto/**"),
      fileset(local.root, "console/**"),
    ),
    setunion(
      fileset(local.root, "proto/generated/**"),
      fileset(local.root, "shared/spanner/schema/**"),
      fileset(local.root, "shared/client/**"),
      fileset(local.root, "shared/worker/**"),
      fileset(local.root, "console/dist/**"),
    ),
  )

  # All functions have an HTTP trigger. The functions-framework takes the signature type of on-lifecycle-event from its
  # registration in functions/register-function.ts, which is cloudevent, and turns the body that Pub/Sub pushes into a
  # CloudEvent.
  functions = merge(
    {
      on-lifecycle-event = { account = "events", caller = "trigger", ingress = "internal-only" }
      operations         = { account = "operations", caller = null, ingress = var.operations_ingress }
      resume             = { account = "resume", caller = "workflow", ingress = var.resume_ingress }
      sweep              = { account = "sweep", caller = "scheduler", ingress = "internal-only" }
    },
    var.console ? { console = { account = "console", caller = null, ingress = "all" } } : {},
  )
  ingress = {
    all               = "ALLOW_ALL"
    internal-only     = "ALLOW_INTERNAL_ONLY"
    internal-and-gclb = "ALLOW_INTERNAL_AND_GCLB"
  }
  # In the form of the setting TOPIC_PREFIXES.
  topic_prefixes = join(",", [for ending, prefix in var.topic_prefixes : "${var.topics.lifecycle}-${ending}=${prefix}"])
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
  kms_key_name  = var.kms_key
  depends_on    = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

resource "google_artifact_registry_repository_iam_member" "build" {
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.this["build"].member
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  name         = each.key
  location     = var.region
  kms_key_name = var.kms_key

  build_config {
    runtime           = var.runtime
    entry_point       = each.key
    service_account   = google_service_account.this["build"].name
    docker_repository = google_artifact_registry_repository.images.id
    # The same as build_environment in deploy/functions.sh.
    environment_variables = var.telemetry == "off" ? {} : { NPM_CONFIG_INCLUDE = "optional" }

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
    available_cpu                    = tostring(var.cpu)
    max_instance_request_concurrency = local.concurrency
    timeout_seconds                  = var.timeout
    min_instance_count               = var.min_instances
    max_instance_count               = var.max_instances
    ingress_settings                 = local.ingress[each.value.ingress]

    environment_variables = merge(lookup(var.access, each.key, {}), {
      PROJECT_ID            = var.project_id
      LOCATION              = var.region
      SPANNER_INSTANCE      = var.spanner_instance
      SPANNER_DATABASE      = var.spanner_database
      SPANNER_TABLE         = var.spanner_table
      TOPIC_LIFECYCLE       = var.topics.lifecycle
      TOPIC_COMPLETIONS     = var.topics.completions
      TOPIC_SIGNALS         = var.topics.signals
      TOPIC_DEAD_LETTERS    = var.topics.dead_letters
      TOPIC_PREFIXES        = local.topic_prefixes
      WORKFLOW              = var.workflow
      WAIT_WORKFLOW         = var.wait_workflow
      ALLOWED_HOSTS         = join(",", var.allowed_hosts)
      AUDIENCES             = join(",", [for host, audience in var.audiences : "${host}=${audience}"])
      PUSH                  = var.push ? "on" : "off"
      DEFAULT_TTL_DAYS      = tostring(var.default_ttl_days)
      MAX_PAYLOAD_BYTES     = tostring(var.max_payload_bytes)
      REDACT                = join(",", var.redact)
      RETRIES_PER_SECOND    = tostring(var.retries_per_second)
      LOG_LEVEL             = var.log_level
      TELEMETRY             = var.telemetry
      TASKS_QUEUE           = var.tasks_queue == null ? "" : var.tasks_queue
      TASKS_LOCATION        = local.tasks_location
      TASKS_SERVICE_ACCOUNT = google_service_account.this["scheduler"].email
      TIMEOUT_SECONDS       = tostring(var.timeout)
      RESUME_URL            = local.url.resume
      SWEEP_URL             = local.url.sweep
      OPERATIONS_URL        = local.url.operations
    })

    dynamic "secret_environment_variables" {
      for_each = contains(["operations", "console"], each.key) ? [1] : []
      content {
        key        = "PAGE_TOKEN_KEY"
        project_id = var.project_id
        secret     = google_secret_manager_secret.page_token_key.secret_id
        version    = "latest"
      }
    }
  }

  depends_on = [
    google_project_iam_member.this,
    google_pubsub_topic_iam_member.publishers,
    google_secret_manager_secret_iam_member.readers,
    google_secret_manager_secret_version.page_token_key,
    google_spanner_database_iam_member.functions,
    google_workflows_workflow.this,
    terraform_data.schema,
    terraform_data.settings,
    time_sleep.build_grants,
  ]
}

# The owner of each client of the Operations API grants it this role.
resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = { for name, function in local.functions : name => function.caller if function.caller != null }

  location = var.region
  name     = google_cloudfunctions2_function.this[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.this[each.value].member
}
