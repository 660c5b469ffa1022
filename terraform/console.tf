# The web console behind Identity-Aware Proxy, if console is true. Its function is one of local.functions.

resource "google_cloud_run_v2_service_iam_member" "iap" {
  count = var.console ? 1 : 0

  location   = var.region
  name       = google_cloudfunctions2_function.this["console"].name
  role       = "roles/run.invoker"
  member     = local.agent["gcp-sa-iap"]
  depends_on = [google_project_service_identity.agents]
}

# The Cloud Run service belongs to the function, whose Terraform resource has no argument for Identity-Aware Proxy.
resource "terraform_data" "iap" {
  count = var.console ? 1 : 0

  triggers_replace = google_cloudfunctions2_function.this["console"].update_time

  provisioner "local-exec" {
    command = "gcloud beta run services update console --region=${var.region} --project=${var.project_id} --iap --quiet"
  }
}

resource "google_iap_web_cloud_run_service_iam_member" "members" {
  for_each = var.console ? toset(var.console_members) : toset([])

  location               = var.region
  cloud_run_service_name = google_cloudfunctions2_function.this["console"].name
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value
  depends_on             = [terraform_data.iap]
}
