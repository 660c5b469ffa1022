data "google_project" "this" {
  project_id = var.project_id
}

resource "google_project_service" "apis" {
  for_each = toset(concat(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudscheduler.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "pubsub.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "spanner.googleapis.com",
      "storage.googleapis.com",
      "workflowexecutions.googleapis.com",
      "workflows.googleapis.com",
    ],
    var.tasks_queue == null ? [] : ["cloudtasks.googleapis.com"],
    var.monitoring || var.telemetry == "google" ? ["monitoring.googleapis.com"] : [],
    var.telemetry == "google" ? ["cloudtrace.googleapis.com", "telemetry.googleapis.com"] : [],
    var.kms_key == null ? [] : ["cloudkms.googleapis.com"],
    var.console ? ["iap.googleapis.com"] : [],
  ))

  service            = each.value
  disable_on_destroy = false
}

# Google creates a service agent when its service is first used, which may be after the first grant to the agent. This
# resource creates it now.
resource "google_project_service_identity" "agents" {
  provider = google-beta
  for_each = toset(concat(
    ["artifactregistry.googleapis.com", "pubsub.googleapis.com", "secretmanager.googleapis.com", "spanner.googleapis.com", "workflows.googleapis.com"],
    var.console ? ["iap.googleapis.com"] : [],
  ))

  project    = var.project_id
  service    = each.value
  depends_on = [google_project_service.apis]
}

locals {
  day          = 86400
  number       = data.google_project.this.number
  agent        = { for name in ["gcp-sa-pubsub", "gcp-sa-iap"] : name => "serviceAccount:service-${local.number}@${name}.iam.gserviceaccount.com" }
  pubsub_agent = local.agent["gcp-sa-pubsub"]

  # Cloud Run's page "Invoke with an HTTPS request": the deterministic URL, which is known before the service exists.
  url = {
    for name in ["on-lifecycle-event", "operations", "resume", "sweep"] :
    name => "https://${name}-${local.number}.${var.region}.run.app"
  }
}
