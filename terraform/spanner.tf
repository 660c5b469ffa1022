resource "google_spanner_instance" "this" {
  count = var.create_spanner_instance ? 1 : 0

  name             = var.spanner_instance
  display_name     = "lro-orchestrator"
  config           = coalesce(var.spanner_config, "regional-${var.region}")
  edition          = var.spanner_edition
  processing_units = var.spanner_processing_units
  depends_on       = [google_project_service.apis]
}

# The tables are made of a proto bundle, for which the google provider has no argument as yet:
# https://github.com/hashicorp/terraform-provider-google/issues/20068. So the database begins empty, and its schema, with
# the table of operations and its generated key, comes from the numbered files by gcloud: see terraform_data.schema.
resource "google_spanner_database" "this" {
  instance            = var.spanner_instance
  name                = var.spanner_database
  deletion_protection = true
  depends_on          = [google_spanner_instance.this]

  lifecycle {
    ignore_changes = [ddl]
  }
}

locals {
  schema_folder = "${path.module}/../shared/spanner/schema"
  schema_files  = sort(fileset(local.schema_folder, "*.sql"))
}

# Runs again where a file is new; what is applied already it leaves alone.
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

resource "google_spanner_database_iam_member" "functions" {
  for_each = local.function_accounts

  instance = var.spanner_instance
  database = google_spanner_database.this.name
  role     = "roles/spanner.databaseUser"
  member   = google_service_account.this[each.value].member
}
