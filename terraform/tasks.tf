# The Cloud Tasks queue, if tasks_queue names one. A task calls `sweep` when something is due before the next minute.

resource "google_cloud_tasks_queue" "due" {
  count = var.tasks_queue == null ? 0 : 1

  name     = var.tasks_queue
  location = local.tasks_location

  rate_limits {
    max_dispatches_per_second = 20
    max_concurrent_dispatches = 10
  }

  # A lost task costs at most a minute.
  retry_config {
    max_attempts       = 5
    min_backoff        = "1s"
    max_backoff        = "10s"
    max_retry_duration = "60s"
  }

  depends_on = [google_project_service.apis]
}

resource "google_cloud_tasks_queue_iam_member" "functions" {
  for_each = var.tasks_queue == null ? toset([]) : local.function_accounts

  location = local.tasks_location
  name     = google_cloud_tasks_queue.due[0].name
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.this[each.value].member
}

# A task calls `sweep` as the service account of the scheduler.
resource "google_service_account_iam_member" "functions_use_scheduler" {
  for_each = var.tasks_queue == null ? toset([]) : local.function_accounts

  service_account_id = google_service_account.this["scheduler"].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.this[each.value].member
}
