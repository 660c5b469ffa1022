# The key that signs page tokens. It is random, and is neither in the plan nor in the state.

ephemeral "random_password" "page_token_key" {
  length  = 64
  special = false
}

resource "google_secret_manager_secret" "page_token_key" {
  secret_id = var.page_token_secret

  replication {
    dynamic "auto" {
      for_each = var.kms_key == null && length(var.data_regions) == 0 ? [1] : []
      content {}
    }

    dynamic "user_managed" {
      for_each = var.kms_key != null || length(var.data_regions) > 0 ? [1] : []
      content {
        dynamic "replicas" {
          # A Cloud KMS key encrypts in its own region only.
          for_each = var.kms_key == null ? var.data_regions : [var.region]
          content {
            location = replicas.value

            dynamic "customer_managed_encryption" {
              for_each = var.kms_key == null ? [] : [var.kms_key]
              content {
                kms_key_name = customer_managed_encryption.value
              }
            }
          }
        }
      }
    }
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

# A higher version number creates another key. Page tokens of the earlier key are then refused.
resource "google_secret_manager_secret_version" "page_token_key" {
  secret                 = google_secret_manager_secret.page_token_key.id
  secret_data_wo         = ephemeral.random_password.page_token_key.result
  secret_data_wo_version = 1
}

resource "google_secret_manager_secret_iam_member" "readers" {
  for_each = toset(concat(["operations"], var.console ? ["console"] : []))

  secret_id = google_secret_manager_secret.page_token_key.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this[each.value].member
}
