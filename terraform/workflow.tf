# The URLs that the workflow calls are arguments of each execution. Its source contains none.
resource "google_workflows_workflow" "this" {
  name                = var.workflow
  region              = var.region
  service_account     = google_service_account.this["workflow"].id
  call_log_level      = "LOG_ERRORS_ONLY"
  source_contents     = file("${local.root}/workflows/parallel-poll.yaml")
  deletion_protection = false
  depends_on          = [google_project_service.apis, google_project_service_identity.agents]
}

# Cloud Scheduler adds a slash to a URL without a path, so the slash is given here too.
resource "google_cloud_scheduler_job" "sweep" {
  name             = "lro-sweep"
  region           = local.scheduler_region
  schedule         = "* * * * *"
  attempt_deadline = "${var.timeout}s"

  http_target {
    http_method = "POST"
    uri         = "${local.url.sweep}/"

    oidc_token {
      service_account_email = google_service_account.this["scheduler"].email
      audience              = local.url.sweep
    }
  }

  depends_on = [google_cloudfunctions2_function.this]
}
