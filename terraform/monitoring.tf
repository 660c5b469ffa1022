# The metrics, alert policies and dashboard of deploy/monitoring. deploy.sh creates them from the same files.

locals {
  monitoring_folder = "${path.module}/../deploy/monitoring"
  monitoring_values = {
    dead_letters          = var.topics.dead_letters
    workflow              = var.workflow
    spanner_instance      = var.spanner_instance
    notification_channels = ""
    revision              = "terraform"
  }
  monitoring_files = { for file in(var.monitoring ? fileset(local.monitoring_folder, "*.json") : toset([])) :
    trimsuffix(file, ".json") => templatefile("${local.monitoring_folder}/${file}", local.monitoring_values)
  }
  log_metrics = { for name, text in local.monitoring_files : name => jsondecode(text) if startswith(name, "metric-") }
  # Cloud Monitoring has the metrics of OpenTelemetry only with telemetry = "google".
  alerts = { for name, text in local.monitoring_files : name => jsondecode(text)
    if startswith(name, "alert-") && (var.telemetry == "google" || !startswith(name, "alert-telemetry-"))
  }
}

resource "google_logging_metric" "this" {
  for_each = local.log_metrics

  name            = each.value.name
  description     = each.value.description
  filter          = each.value.filter
  value_extractor = each.value.valueExtractor

  metric_descriptor {
    metric_kind = each.value.metricDescriptor.metricKind
    value_type  = each.value.metricDescriptor.valueType
    unit        = each.value.metricDescriptor.unit
  }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = each.value.displayName
  combiner              = each.value.combiner
  notification_channels = var.notification_channels
  user_labels           = each.value.userLabels

  documentation {
    content   = each.value.documentation.content
    mime_type = each.value.documentation.mimeType
  }

  dynamic "conditions" {
    for_each = each.value.conditions
    content {
      display_name = conditions.value.displayName

      dynamic "condition_absent" {
        for_each = [for condition in [try(conditions.value.conditionAbsent, null)] : condition if condition != null]
        content {
          filter   = condition_absent.value.filter
          duration = condition_absent.value.duration

          dynamic "aggregations" {
            for_each = condition_absent.value.aggregations
            content {
              alignment_period     = aggregations.value.alignmentPeriod
              per_series_aligner   = aggregations.value.perSeriesAligner
              cross_series_reducer = aggregations.value.crossSeriesReducer
            }
          }

          trigger {
            count = condition_absent.value.trigger.count
          }
        }
      }

      dynamic "condition_prometheus_query_language" {
        for_each = [for condition in [try(conditions.value.conditionPrometheusQueryLanguage, null)] : condition if condition != null]
        content {
          query                     = condition_prometheus_query_language.value.query
          duration                  = condition_prometheus_query_language.value.duration
          evaluation_interval       = condition_prometheus_query_language.value.evaluationInterval
          disable_metric_validation = condition_prometheus_query_language.value.disableMetricValidation
        }
      }

      dynamic "condition_threshold" {
        for_each = [for condition in [try(conditions.value.conditionThreshold, null)] : condition if condition != null]
        content {
          filter             = condition_threshold.value.filter
          comparison         = condition_threshold.value.comparison
          threshold_value    = condition_threshold.value.thresholdValue
          duration           = condition_threshold.value.duration
          denominator_filter = try(condition_threshold.value.denominatorFilter, null)

          dynamic "aggregations" {
            for_each = condition_threshold.value.aggregations
            content {
              alignment_period     = aggregations.value.alignmentPeriod
              per_series_aligner   = aggregations.value.perSeriesAligner
              cross_series_reducer = aggregations.value.crossSeriesReducer
              group_by_fields      = try(aggregations.value.groupByFields, [])
            }
          }

          dynamic "denominator_aggregations" {
            for_each = try(condition_threshold.value.denominatorAggregations, [])
            content {
              alignment_period     = denominator_aggregations.value.alignmentPeriod
              per_series_aligner   = denominator_aggregations.value.perSeriesAligner
              cross_series_reducer = denominator_aggregations.value.crossSeriesReducer
              group_by_fields      = try(denominator_aggregations.value.groupByFields, [])
            }
          }

          trigger {
            count = condition_threshold.value.trigger.count
          }
        }
      }
    }
  }

  # Cloud Monitoring needs some minutes to recognize a new metric. The build of the functions takes as long.
  depends_on = [google_logging_metric.this, google_cloudfunctions2_function.this]
}

resource "google_monitoring_dashboard" "this" {
  count = var.monitoring ? 1 : 0

  dashboard_json = local.monitoring_files["dashboard"]
  depends_on     = [google_logging_metric.this]
}
