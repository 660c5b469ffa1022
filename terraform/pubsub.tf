locals {
  # The suffixes of the topics' names: one for each tenant, and an empty one for the common topics.
  tenants = toset(concat([""], [for ending in keys(var.topic_prefixes) : "-${ending}"]))

  kinds = {
    lifecycle    = { name = var.topics.lifecycle, days = var.topic_retention_days }
    completions  = { name = var.topics.completions, days = var.topic_retention_days }
    signals      = { name = var.topics.signals, days = var.topic_retention_days }
    dead_letters = { name = var.topics.dead_letters, days = 31 }
  }
  topics = { for pair in setproduct(keys(local.kinds), local.tenants) : "${pair[0]}${pair[1]}" => {
    name = "${local.kinds[pair[0]].name}${pair[1]}"
    days = local.kinds[pair[0]].days
  } }

  publishers = merge(
    { for each in setproduct(["completions", "signals"], local.tenants, local.function_accounts) : "${each[0]}${each[1]}-${each[2]}" => {
      topic  = "${each[0]}${each[1]}"
      member = google_service_account.this[each[2]].member
    } },
    { for ending in local.tenants : "dead_letters${ending}-events" => {
      topic  = "dead_letters${ending}"
      member = google_service_account.this["events"].member
    } },
    { for ending in local.tenants : "dead_letters${ending}-pubsub" => {
      topic  = "dead_letters${ending}"
      member = local.pubsub_agent
    } },
  )
}

resource "google_pubsub_topic" "this" {
  for_each = local.topics

  name                       = each.value.name
  message_retention_duration = "${each.value.days * local.day}s"
  kms_key_name               = var.kms_key
  depends_on                 = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]

  dynamic "message_storage_policy" {
    for_each = length(var.data_regions) == 0 ? [] : [1]
    content {
      allowed_persistence_regions = var.data_regions
      enforce_in_transit          = true
    }
  }
}

resource "google_pubsub_topic_iam_member" "publishers" {
  for_each = local.publishers

  topic      = google_pubsub_topic.this[each.value.topic].id
  role       = "roles/pubsub.publisher"
  member     = each.value.member
  depends_on = [google_project_service_identity.agents]
}

# A topic without a subscription keeps no messages for a later reader.
resource "google_pubsub_subscription" "dead_letters" {
  for_each = local.tenants

  name                       = "${google_pubsub_topic.this["dead_letters${each.value}"].name}-inbox"
  topic                      = google_pubsub_topic.this["dead_letters${each.value}"].id
  message_retention_duration = "${31 * local.day}s"

  expiration_policy {
    ttl = ""
  }
}

# The subscription that pushes lifecycle events, the same as deploy.sh creates. The functions-framework takes the topic from
# the path of the endpoint, because the body of a push does not name the topic.
resource "google_pubsub_subscription" "lifecycle" {
  for_each = local.tenants

  name                       = "on-lifecycle-event${each.value}"
  topic                      = google_pubsub_topic.this["lifecycle${each.value}"].id
  ack_deadline_seconds       = var.timeout + 30
  message_retention_duration = "${7 * local.day}s"

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.this["dead_letters${each.value}"].id
    max_delivery_attempts = 100
  }

  push_config {
    push_endpoint = "${local.url["on-lifecycle-event"]}/${google_pubsub_topic.this["lifecycle${each.value}"].id}"

    oidc_token {
      service_account_email = google_service_account.this["trigger"].email
      audience              = local.url["on-lifecycle-event"]
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.callers]
}

resource "google_pubsub_subscription_iam_member" "dead_lettering" {
  for_each = local.tenants

  subscription = google_pubsub_subscription.lifecycle[each.value].id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
