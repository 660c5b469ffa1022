locals {
  day = 86400
  topics = {
    lifecycle    = { name = var.topics.lifecycle, days = var.topic_retention_days }
    completions  = { name = var.topics.completions, days = var.topic_retention_days }
    signals      = { name = var.topics.signals, days = var.topic_retention_days }
    dead_letters = { name = var.topics.dead_letters, days = 31 }
  }
  publishers = merge(
    { for pair in setproduct(["completions", "signals"], local.function_accounts) : join("-", pair) => {
      topic  = pair[0]
      member = google_service_account.this[pair[1]].member
    } },
    {
      dead_letters-events = { topic = "dead_letters", member = google_service_account.this["events"].member }
      dead_letters-pubsub = { topic = "dead_letters", member = local.pubsub_agent }
    },
  )
}

resource "google_pubsub_topic" "this" {
  for_each = local.topics

  name                       = each.value.name
  message_retention_duration = "${each.value.days * local.day}s"
  depends_on                 = [google_project_service.apis]
}

resource "google_pubsub_topic_iam_member" "publishers" {
  for_each = local.publishers

  topic  = google_pubsub_topic.this[each.value.topic].id
  role   = "roles/pubsub.publisher"
  member = each.value.member
}

# A topic without a subscription forgets, and dead letters are for people who come later.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "${var.topics.dead_letters}-inbox"
  topic                      = google_pubsub_topic.this["dead_letters"].id
  message_retention_duration = "${31 * local.day}s"

  expiration_policy {
    ttl = ""
  }
}

# In the place of the subscription that Eventarc makes for a trigger, whose policies no resource of the provider can set:
# one of our own that pushes to the function as Eventarc does.
resource "google_pubsub_subscription" "lifecycle" {
  name                       = "on-lifecycle-event"
  topic                      = google_pubsub_topic.this["lifecycle"].id
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
    dead_letter_topic     = google_pubsub_topic.this["dead_letters"].id
    max_delivery_attempts = 100
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.this["on-lifecycle-event"].service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.this["trigger"].email
      audience              = google_cloudfunctions2_function.this["on-lifecycle-event"].service_config[0].uri
    }
  }
}

resource "google_pubsub_subscription_iam_member" "dead_lettering" {
  subscription = google_pubsub_subscription.lifecycle.id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
