# Lets the service agents use the key, each for its service.

locals {
  encrypting_agents = var.kms_key == null ? [] : [
    "service-${local.number}@gcp-sa-spanner.iam.gserviceaccount.com",
    "service-${local.number}@gcp-sa-pubsub.iam.gserviceaccount.com",
    "service-${local.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com",
    "service-${local.number}@gcp-sa-secretmanager.iam.gserviceaccount.com",
    "service-${local.number}@gcf-admin-robot.iam.gserviceaccount.com",
    "service-${local.number}@serverless-robot-prod.iam.gserviceaccount.com",
    "service-${local.number}@gs-project-accounts.iam.gserviceaccount.com",
  ]
}

resource "google_kms_crypto_key_iam_member" "agents" {
  for_each = toset(local.encrypting_agents)

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
  depends_on    = [google_project_service_identity.agents]
}
