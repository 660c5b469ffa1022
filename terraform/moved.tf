# Addresses of earlier releases, so that Terraform does not replace a subscription, and no message is lost.

moved {
  from = google_pubsub_subscription.dead_letters
  to   = google_pubsub_subscription.dead_letters[""]
}

moved {
  from = google_pubsub_subscription.lifecycle
  to   = google_pubsub_subscription.lifecycle[""]
}

moved {
  from = google_pubsub_subscription_iam_member.dead_lettering
  to   = google_pubsub_subscription_iam_member.dead_lettering[""]
}
