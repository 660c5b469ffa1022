data "google_project" "this" {
  project_id = var.project_id
}

resource "google_project_service" "apis" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "spanner.googleapis.com",
    "storage.googleapis.com",
    "workflowexecutions.googleapis.com",
    "workflows.googleapis.com",
  ])

  service            = each.value
  disable_on_destroy = false
}

locals {
  number       = data.google_project.this.number
  pubsub_agent = "serviceAccount:service-${local.number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  # Cloud Run's page "Invoke with an HTTPS request": the deterministic URL, known before the service is there.
  url = { for name in ["operations", "resume", "sweep"] : name => "https://${name}-${local.number}.${var.region}.run.app" }
}
