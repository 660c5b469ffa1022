resource "google_spanner_instance" "this" {
  count = var.create_spanner_instance ? 1 : 0

  name             = var.spanner_instance
  display_name     = "lro-orchestrator"
  config           = local.spanner_config
  edition          = var.spanner_edition
  processing_units = var.spanner_processing_units
  # A backup schedule of this deployment, whose retention can be set.
  default_backup_schedule_type = "NONE"
  depends_on                   = [google_project_service.apis]
}

# The tables use a proto bundle, for which the google provider has no argument:
# https://github.com/hashicorp/terraform-provider-google/issues/20068. So Terraform creates an empty database, and gcloud
# applies the numbered schema files, with the table of operations and its generated key: see terraform_data.schema.
resource "google_spanner_database" "this" {
  instance            = var.spanner_instance
  name                = var.spanner_database
  deletion_protection = true
  depends_on          = [google_spanner_instance.this, google_kms_crypto_key_iam_member.agents]

  dynamic "encryption_config" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      kms_key_name = encryption_config.value
    }
  }

  lifecycle {
    ignore_changes = [ddl]
  }
}

locals {
  schema_folder = "${path.module}/../shared/spanner/schema"
  schema_files  = sort(fileset(local.schema_folder, "*.sql"))
}

# Runs again if there is a new file. It does not repeat what was already applied.
resource "terraform_data" "schema" {
  triggers_replace = {
    database = google_spanner_database.this.id
    table    = var.spanner_table
    files    = sha256(join("", [for file in local.schema_files : filesha256("${local.schema_folder}/${file}")]))
  }

  provisioner "local-exec" {
    working_dir = "${path.module}/.."
    command     = "./deploy.sh schema"

    environment = {
      PROJECT_ID       = var.project_id
      REGION           = var.region
      SPANNER_INSTANCE = var.spanner_instance
      SPANNER_DATABASE = var.spanner_database
      SPANNER_TABLE    = var.spanner_table
    }
  }
}

resource "google_spanner_backup_schedule" "daily" {
  count = var.spanner_backup_days == 0 ? 0 : 1

  instance           = var.spanner_instance
  database           = google_spanner_database.this.name
  name               = "lro-daily"
  retention_duration = "${var.spanner_backup_days * local.day}s"

  spec {
    cron_spec {
      text = "0 3 * * *"
    }
  }

  full_backup_spec {}
}

# The permissions of the functions on a database. roles/spanner.databaseUser may also change the schema. Google refuses a
# new role with the name of one that was deleted in the last 44 days. `gcloud iam roles undelete` restores it, then import
# it.
resource "google_project_iam_custom_role" "database_user" {
  role_id = "lroDatabaseUser"
  title   = "Reads and writes operations"

  permissions = [
    "spanner.databases.beginOrRollbackReadWriteTransaction",
    "spanner.databases.beginReadOnlyTransaction",
    "spanner.databases.read",
    "spanner.databases.select",
    "spanner.databases.write",
    "spanner.sessions.create",
    "spanner.sessions.delete",
    "spanner.sessions.get",
    "spanner.sessions.list",
  ]
}

resource "google_spanner_database_iam_member" "functions" {
  for_each = local.function_accounts

  instance = var.spanner_instance
  database = google_spanner_database.this.name
  role     = google_project_iam_custom_role.database_user.id
  member   = google_service_account.this[each.value].member

  # The functions have one of the two roles at any time.
  lifecycle {
    create_before_destroy = true
  }
}
