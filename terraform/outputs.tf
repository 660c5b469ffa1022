output "operations_url" {
  description = "The Operations API."
  value       = local.url.operations
}

output "lifecycle_topic" {
  description = "Where workers publish."
  value       = google_pubsub_topic.this["lifecycle"].id
}
