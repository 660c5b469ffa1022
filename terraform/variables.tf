# The settings of deploy.sh, by the same names.

variable "project_id" {
  description = "The id of an existing project with billing."
  type        = string
}

variable "region" {
  description = "A region with Cloud Run, Workflows and Eventarc."
  type        = string
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
}

variable "topic_retention_days" {
  description = "For how long messages can be replayed: 1 to 31."
  type        = number
  default     = 7
}

variable "workflow" {
  description = "The id of the workflow."
  type        = string
  default     = "parallel-poll"
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

variable "memory" {
  description = "The memory of an instance of a function."
  type        = string
  default     = "512Mi"
}

variable "concurrency" {
  description = "Calls that an instance serves at a time."
  type        = number
  default     = 80
}

variable "timeout" {
  description = "Seconds that a call may take: 10 to 540."
  type        = number
  default     = 60
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

variable "allowed_hosts" {
  description = "Hosts that events may name in resumeMethod and externalOperations."
  type        = list(string)
  default     = []
}

variable "push" {
  description = "Whether a child that ends resumes its parents at once."
  type        = bool
  default     = true
}

variable "default_ttl_days" {
  description = "How long terminal operations are kept where created gives no ttl."
  type        = number
  default     = 30
}

variable "log_level" {
  description = "debug, info, warn, error or silent."
  type        = string
  default     = "info"
}
