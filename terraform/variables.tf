# The settings of deploy.sh, with the same names and rules.

variable "project_id" {
  description = "The id of an existing project with billing."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the id of a project."
  }
}

variable "region" {
  description = "A region with Cloud Run and Workflows."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region: us-central1."
  }
}

variable "scheduler_region" {
  description = "A region with Cloud Scheduler; the region where null."
  type        = string
  default     = null
}

variable "spanner_instance" {
  description = "The id of the Spanner instance: 6 to 30 characters, as the provider has it."
  type        = string
  default     = "lro-orchestrator"
}

variable "create_spanner_instance" {
  description = "Whether to create the instance, or to use one that exists."
  type        = bool
  default     = true
}

variable "spanner_config" {
  description = "The configuration of a new instance; that of the region where null."
  type        = string
  default     = null
}

variable "spanner_edition" {
  description = "STANDARD, ENTERPRISE or ENTERPRISE_PLUS, for a new instance."
  type        = string
  default     = "STANDARD"

  validation {
    condition     = contains(["STANDARD", "ENTERPRISE", "ENTERPRISE_PLUS"], var.spanner_edition)
    error_message = "spanner_edition must be STANDARD, ENTERPRISE or ENTERPRISE_PLUS."
  }
}

variable "spanner_processing_units" {
  description = "The size of a new instance: a multiple of 100 below 1000, or of 1000."
  type        = number
  default     = 100
}

variable "spanner_database" {
  description = "The id of the database."
  type        = string
  default     = "lro"
}

variable "spanner_table" {
  description = "The main table; the names of the others begin with it."
  type        = string
  default     = "Operations"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_]{0,95}$", var.spanner_table))
    error_message = "spanner_table must be a table name: a letter, then letters, digits and _."
  }
}

variable "spanner_backup_days" {
  description = "Days that a daily backup is kept: 1 to 366; 0 for no backups."
  type        = number
  default     = 7

  validation {
    condition     = var.spanner_backup_days >= 0 && var.spanner_backup_days <= 366 && floor(var.spanner_backup_days) == var.spanner_backup_days
    error_message = "spanner_backup_days must be 0 to 366."
  }
}

variable "topics" {
  description = "The ids of the topics."
  type = object({
    lifecycle    = optional(string, "operation-lifecycle")
    completions  = optional(string, "operation-completions")
    signals      = optional(string, "operation-signals")
    dead_letters = optional(string, "operation-dead-letters")
  })
  default = {}

  validation {
    condition     = length(distinct(values(var.topics))) == 4
    error_message = "topics must be four different topics."
  }
}

variable "topic_retention_days" {
  description = "For how long messages can be replayed: 1 to 31."
  type        = number
  default     = 7
}

variable "topic_prefixes" {
  description = "The tenants: the prefix of ids by the ending of their topics. {a = \"a-\"} makes operation-lifecycle-a."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for ending, prefix in var.topic_prefixes :
      can(regex("^[A-Za-z0-9._~+%-]+$", ending)) && can(regex("^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$", prefix))
    ])
    error_message = "topic_prefixes must have endings of topic ids, and prefixes of operation ids: 1 to 64 of A-Z a-z 0-9 . _ ~ -."
  }

  validation {
    condition = alltrue([
      for pair in setproduct(keys(var.topic_prefixes), keys(var.topic_prefixes)) :
      pair[0] == pair[1] || !startswith(var.topic_prefixes[pair[0]], var.topic_prefixes[pair[1]])
    ])
    error_message = "topic_prefixes must have no prefix that begins another."
  }
}

variable "workflow" {
  description = "The id of the workflow."
  type        = string
  default     = "parallel-poll"
}

variable "wait_workflow" {
  description = "Which waits have a workflow execution: always, external or sweep."
  type        = string
  default     = "always"

  validation {
    condition     = contains(["always", "external", "sweep"], var.wait_workflow)
    error_message = "wait_workflow must be always, external or sweep."
  }
}

variable "tasks_queue" {
  description = "The id of a Cloud Tasks queue for times that are due within a minute; none where null."
  type        = string
  default     = null

  validation {
    condition     = var.tasks_queue == null || can(regex("^[A-Za-z0-9-]{1,100}$", var.tasks_queue))
    error_message = "tasks_queue must be the id of a queue: 1 to 100 letters, digits and -."
  }
}

variable "tasks_location" {
  description = "A region with Cloud Tasks; the region where null."
  type        = string
  default     = null
}

variable "service_account_prefix" {
  description = "What the service account ids begin with."
  type        = string
  default     = "lro"
}

variable "runtime" {
  description = "nodejs22 or newer."
  type        = string
  default     = "nodejs22"
}

variable "cpu" {
  description = "The processors of an instance: 1, 2, 4, 6 or 8."
  type        = number
  default     = 1

  validation {
    condition     = contains([1, 2, 4, 6, 8], var.cpu)
    error_message = "cpu must be 1, 2, 4, 6 or 8."
  }
}

variable "memory" {
  description = "The memory of an instance of a function: 512Mi, 1Gi. More than 4Gi takes more than one CPU."
  type        = string
  default     = "1Gi"

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.memory))
    error_message = "memory must be a number of Mi or Gi: 512Mi, 1Gi."
  }
}

variable "concurrency" {
  description = "Calls that an instance serves at a time: 1 to 1000; by memory where null."
  type        = number
  default     = null
}

variable "timeout" {
  description = "Seconds that a call may take: 15 to 540."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout >= 15 && var.timeout <= 540 && floor(var.timeout) == var.timeout
    error_message = "timeout must be 15 to 540: Cloud Scheduler takes no deadline below 15 seconds."
  }
}

variable "min_instances" {
  description = "Instances of a function that are kept warm."
  type        = number
  default     = 0
}

variable "max_instances" {
  description = "Instances of a function at most."
  type        = number
  default     = 20
}

variable "operations_ingress" {
  description = "From where operations can be called: all, internal-only or internal-and-gclb."
  type        = string
  default     = "all"

  validation {
    condition     = contains(["all", "internal-only", "internal-and-gclb"], var.operations_ingress)
    error_message = "operations_ingress must be all, internal-only or internal-and-gclb."
  }
}

variable "resume_ingress" {
  description = "From where resume can be called: all, internal-only or internal-and-gclb."
  type        = string
  default     = "internal-only"

  validation {
    condition     = contains(["all", "internal-only", "internal-and-gclb"], var.resume_ingress)
    error_message = "resume_ingress must be all, internal-only or internal-and-gclb."
  }
}

variable "allowed_hosts" {
  description = "Hosts that events may name in resumeMethod and externalOperations."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for entry in var.allowed_hosts :
      length(entry) <= 253 && can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[1-9][0-9]{0,4})?$", entry))
    ])
    error_message = "allowed_hosts must have names of hosts in lower case, jobs.example.com or *.jobs.example.com: no URL, IP address or empty entry."
  }

  validation {
    condition = alltrue([
      for entry in var.allowed_hosts :
      !can(regex(":", entry)) || !startswith(entry, "*.") && try(tonumber(split(":", entry)[1]) <= 65535, false) && !endswith(entry, ":443")
    ])
    error_message = "allowed_hosts must have a port only beside a host, 1 to 65535 and not 443."
  }

  # The same rule as in deploy.sh: below a public suffix anyone can register a host.
  validation {
    condition = alltrue([
      for entry in var.allowed_hosts : !startswith(entry, "*.") || !anytrue([
        for line in split("\n", file("${path.module}/../deploy/public-suffixes.txt")) :
        line != "" && (line == trimprefix(entry, "*.") || line == join(".", concat(["*"], slice(split(".", entry), min(2, length(split(".", entry))), length(split(".", entry))))))
      ])
    ])
    error_message = "allowed_hosts must have no wildcard below which anyone can have a host."
  }
}

variable "audiences" {
  description = "Hosts that take OIDC tokens for another audience than their own origin: the audience by the host."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for host, audience in var.audiences :
      can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(:[1-9][0-9]{0,4})?$", host)) && can(regex("^[!-+\\--{}~]+$", audience))
    ])
    error_message = "audiences must have names of hosts, and audiences of visible characters without commas and |."
  }
}

variable "push" {
  description = "Whether a child that ends resumes its parents at once."
  type        = bool
  default     = true
}

variable "default_ttl_days" {
  description = "How long terminal operations are kept where created gives no ttl: 1 to 3650."
  type        = number
  default     = 30

  validation {
    condition     = var.default_ttl_days >= 1 && var.default_ttl_days <= 3650
    error_message = "default_ttl_days must be 1 to 3650."
  }
}

variable "max_payload_bytes" {
  description = "The limit of metadata, response, error details, checkpoint and input each, in JSON: 1024 to 4194304."
  type        = number
  default     = 1048576

  validation {
    condition     = var.max_payload_bytes >= 1024 && var.max_payload_bytes <= 4194304 && floor(var.max_payload_bytes) == var.max_payload_bytes
    error_message = "max_payload_bytes must be 1024 to 4194304."
  }
}

variable "redact" {
  description = "What the console, :inspect and :explain leave out: types, methods and paths, as example.v1.Card or *.card.number."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for entry in var.redact : can(regex("^([A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+|input|metadata|response|payload|error|([*]|input|metadata|response|payload|error[.]details)([.]([*]|[^.,*|\\s]+))+)$", entry))])
    error_message = "redact must have types and methods, as example.v1.Card, and paths, as *.card.number."
  }
}

variable "retries_per_second" {
  description = "How many retries of one method a sweep releases a second: 1 to 99999."
  type        = number
  default     = 100

  validation {
    condition     = var.retries_per_second >= 1 && var.retries_per_second <= 99999 && floor(var.retries_per_second) == var.retries_per_second
    error_message = "retries_per_second must be 1 to 99999."
  }
}

variable "page_token_secret" {
  description = "The id of the secret with the key that signs page tokens."
  type        = string
  default     = "lro-page-token-key"
}

variable "log_level" {
  description = "debug, info, warn, error or silent."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info", "warn", "error", "silent"], var.log_level)
    error_message = "log_level must be debug, info, warn, error or silent."
  }
}

variable "telemetry" {
  description = "Where traces and metrics go: off, google, or the URL of a collector of OTLP over HTTP."
  type        = string
  default     = "off"

  validation {
    condition     = can(regex("^(off|google|https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?(/[!-{}~]*)?)$", var.telemetry))
    error_message = "telemetry must be off, google or the URL of a collector."
  }
}

variable "kms_key" {
  description = "A key of Cloud KMS in the region that encrypts what is stored: projects/…/cryptoKeys/…; Google's keys where null."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key == null || can(regex("^projects/[a-z0-9:.-]+/locations/[a-z0-9-]+/keyRings/[A-Za-z0-9_-]+/cryptoKeys/[A-Za-z0-9_-]+$", var.kms_key))
    error_message = "kms_key must be the full name of a key."
  }
}

variable "data_regions" {
  description = "Regions that data must not leave; no such rule where empty."
  type        = list(string)
  default     = []
}

variable "monitoring" {
  description = "Whether to make the dashboard and the alert policies."
  type        = bool
  default     = true
}

variable "notification_channels" {
  description = "Channels that alerts go to: projects/…/notificationChannels/…."
  type        = list(string)
  default     = []
}

variable "console" {
  description = "Whether to deploy the web console, behind Identity-Aware Proxy."
  type        = bool
  default     = false
}

variable "console_members" {
  description = "Who may open the console: user:a@example.com, group:…."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.console_members : can(regex("^(user|group|serviceAccount|domain):[^,[:space:]]+$", member))])
    error_message = "console_members must be users, groups, service accounts and domains."
  }
}

variable "access" {
  description = "Who may call each function, as docs/access.md has it: { resume = { RESUME_CALLERS = \"…\" } }."
  type        = map(map(string))
  default     = {}

  validation {
    condition = alltrue(flatten([
      for name, settings in var.access : [
        contains(["operations", "console", "resume", "sweep"], name),
        [for setting in keys(settings) : can(regex("^(ACCESS_(POLICY|MODULE|AUDIENCES)|CALLER_(REQUESTS_PER_SECOND|HELD_CALLS)|(RESUME|SWEEP)_(CALLERS|AUDIENCE))$", setting))],
      ]
    ]))
    error_message = "access must name operations, console, resume or sweep, and settings of docs/access.md."
  }
}
