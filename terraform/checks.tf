# The rules that involve more than one setting. They fail a plan like the rules of a single setting.

locals {
  memory_mebibytes = endswith(var.memory, "Gi") ? tonumber(trimsuffix(var.memory, "Gi")) * 1024 : tonumber(trimsuffix(var.memory, "Mi"))
  # Cloud Run's pages "Configure memory limits" and "Configure CPU limits".
  memory_bounds = {
    "1" = [512, 4096]
    "2" = [512, 8192]
    "4" = [2048, 16384]
    "6" = [4096, 24576]
    "8" = [4096, 32768]
  }[tostring(var.cpu)]
  # The same as concurrency_for in deploy/size.sh.
  concurrency = coalesce(var.concurrency, max(1, min(80, floor((local.memory_mebibytes - 256) / 64))))

  scheduler_region = coalesce(var.scheduler_region, var.region)
  tasks_location   = coalesce(var.tasks_location, var.region)
  spanner_config   = coalesce(var.spanner_config, "regional-${var.region}")
}

resource "terraform_data" "settings" {
  lifecycle {
    precondition {
      condition     = local.memory_mebibytes >= local.memory_bounds[0] && local.memory_mebibytes <= local.memory_bounds[1]
      error_message = "memory must be ${local.memory_bounds[0]}Mi to ${local.memory_bounds[1]}Mi with cpu = ${var.cpu}."
    }

    precondition {
      condition     = var.min_instances <= var.max_instances
      error_message = "min_instances must not be more than max_instances."
    }

    precondition {
      condition     = var.kms_key == null || try(split("/", var.kms_key)[3], "") == var.region
      error_message = "kms_key must be a key in the region."
    }

    precondition {
      condition = length(var.data_regions) == 0 || alltrue([
        for region in [var.region, local.scheduler_region, local.tasks_location, trimprefix(local.spanner_config, "regional-")] :
        contains(var.data_regions, region)
      ])
      error_message = "region, scheduler_region, tasks_location and spanner_config must be in data_regions."
    }

    precondition {
      condition = alltrue([
        for host in keys(var.audiences) : anytrue([
          for entry in var.allowed_hosts :
          entry == host || startswith(entry, "*.") && endswith(split(":", host)[0], trimprefix(entry, "*"))
        ])
      ])
      error_message = "audiences must name hosts of allowed_hosts."
    }
  }
}
