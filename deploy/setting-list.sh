# shellcheck shell=bash
# The settings of a deployment: name, default, pattern and rule of each. terraform/variables.tf has the same settings.

readonly TOPIC='^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$'
readonly TOPIC_RULE='a topic id: 3 to 255 letters, digits and ._~+%-, a letter first'
readonly REGION_PATTERN='^[a-z]+-[a-z]+[0-9]+$'
readonly KEY_PATTERN='^(projects/[a-z0-9:.-]+/locations/[a-z0-9-]+/keyRings/[A-Za-z0-9_-]+/cryptoKeys/[A-Za-z0-9_-]+)?$'
# A type or method, a payload, or a path in one. shared/messages/redaction.ts has the rules.
readonly REDACTION='([A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+|input|metadata|response|payload|error|([*]|input|metadata|response|payload|error[.]details)([.]([*]|[^].,*|[:space:]]+))+)'
readonly INGRESS='^(all|internal-only|internal-and-gclb)$'
readonly INGRESS_RULE='all, internal-only or internal-and-gclb'

setting PROJECT_ID '' '^[a-z][a-z0-9-]{4,28}[a-z0-9]$' 'the id of an existing project with billing'
setting REGION '' "$REGION_PATTERN" 'a region with Cloud Run and Workflows: us-central1'

setting SPANNER_INSTANCE lro '^[a-z][a-z0-9-]{0,62}[a-z0-9]$' 'an instance id; one that exists is used as it is'
setting SPANNER_CONFIG 'regional-REGION' '^[a-z0-9-]+$' 'the configuration of a new instance: regional-us-central1'
setting SPANNER_EDITION STANDARD '^(STANDARD|ENTERPRISE|ENTERPRISE_PLUS)$' 'STANDARD, ENTERPRISE or ENTERPRISE_PLUS'
setting SPANNER_PROCESSING_UNITS 100 '^([1-9]00|[1-9][0-9]*000)$' 'a multiple of 100 below 1000, or of 1000'
setting SPANNER_DATABASE lro '^[a-z][a-z0-9_-]{0,28}[a-z0-9]$' 'a database id: 2 to 30 of a-z, 0-9, _ and -'
setting SPANNER_TABLE Operations '^[A-Za-z][A-Za-z0-9_]{0,95}$' 'a table name: a letter, then letters, digits and _'
setting SPANNER_BACKUP_DAYS 7 '^(0|[1-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])$' 'days that a daily backup is kept: 1 to 366; 0 for no backups'

setting TOPIC_LIFECYCLE operation-lifecycle "$TOPIC" "$TOPIC_RULE"
setting TOPIC_COMPLETIONS operation-completions "$TOPIC" "$TOPIC_RULE"
setting TOPIC_SIGNALS operation-signals "$TOPIC" "$TOPIC_RULE"
setting TOPIC_DEAD_LETTERS operation-dead-letters "$TOPIC" "$TOPIC_RULE"
setting TOPIC_RETENTION_DAYS 7 '^([1-9]|[12][0-9]|3[01])$' 'how long topics keep messages for replay: 1 to 31'
setting TOPIC_PREFIXES '' '' 'TOPIC=PREFIX, separated by commas: topics that carry only ids with that prefix'

setting WORKFLOW parallel-poll '^[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$' 'a workflow id'
setting WAIT_WORKFLOW always '^(always|external|sweep)$' 'always, external or sweep: which waits have a workflow execution'
setting SCHEDULER_REGION 'REGION' "$REGION_PATTERN" 'a region with Cloud Scheduler'
setting TASKS_QUEUE '' '^([A-Za-z0-9-]{1,100})?$' 'the id of a Cloud Tasks queue for times that are due within a minute'
setting TASKS_LOCATION 'REGION' "$REGION_PATTERN" 'a region with Cloud Tasks'
setting SERVICE_ACCOUNT_PREFIX lro '^[a-z][a-z0-9-]{1,17}$' 'what the service account ids begin with: 2 to 18'

setting RUNTIME nodejs22 '^nodejs(2[2-9]|[3-9][0-9])$' 'nodejs22 or newer'
setting CPU 1 '^[12468]$' 'the processors of an instance: 1, 2, 4, 6 or 8'
setting MEMORY 1Gi '^[1-9][0-9]*(Mi|Gi)$' 'the memory of an instance: 512Mi, 1Gi'
setting CONCURRENCY '' '^([1-9][0-9]{0,2}|1000)$' 'calls that an instance serves at a time: 1 to 1000; by MEMORY where absent'
setting TIMEOUT 60 '^(1[5-9]|[2-9][0-9]|[1-4][0-9]{2}|5[0-3][0-9]|540)$' 'seconds that a call may take: 15 to 540'
setting MIN_INSTANCES 0 '^(0|[1-9][0-9]{0,2})$' 'instances of a function that are kept warm: 0 to 999'
setting MAX_INSTANCES 20 '^[1-9][0-9]{0,2}$' 'instances of a function: 1 to 999'
setting OPERATIONS_INGRESS all "$INGRESS" "$INGRESS_RULE: from where operations can be called"
setting RESUME_INGRESS internal-only "$INGRESS" "$INGRESS_RULE: from where resume can be called"

setting ALLOWED_HOSTS '' '' 'hosts that events may name, separated by commas'
setting AUDIENCES '' '' 'HOST=AUDIENCE, separated by commas: hosts that take OIDC tokens for another audience'
setting PUSH on '^(on|off)$' 'on or off: whether a child that ends resumes its parents at once'
setting DEFAULT_TTL_DAYS 30 '^[1-9][0-9]{0,2}$|^[12][0-9]{3}$|^3[0-5][0-9]{2}$|^36[0-4][0-9]$|^3650$' 'days: 1 to 3650'
setting MAX_PAYLOAD_BYTES 1048576 '^[1-9][0-9]{0,6}$' 'bytes of a payload in JSON: 1024 to 4194304'
setting REDACT '' "^($REDACTION(,$REDACTION)*)?\$" 'types, methods and paths that the console and :inspect leave out: example.v1.Card,*.card.number'
setting RETRIES_PER_SECOND 100 '^[1-9][0-9]{0,4}$' 'retries of one method that a second releases: 1 to 99999'
setting PAGE_TOKEN_SECRET lro-page-token-key '^[A-Za-z0-9_-]{1,255}$' 'the secret with the key that signs page tokens'
setting LOG_LEVEL info '^(debug|info|warn|error|silent)$' 'debug, info, warn, error or silent'
setting TELEMETRY off '^(off|google|https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?(/[!-{}~]*)?)$' 'off, google or the URL of a collector'

setting KMS_KEY '' "$KEY_PATTERN" 'a key of Cloud KMS that encrypts what is stored: projects/…/cryptoKeys/…'
setting DATA_REGIONS '' '^([a-z]+-[a-z]+[0-9]+(,[a-z]+-[a-z]+[0-9]+)*)?$' 'regions that data must not leave, separated by commas'
setting MONITORING on '^(on|off)$' 'on or off: the dashboard and the alert policies'
setting NOTIFICATION_CHANNELS '' '^(projects/[^,/[:space:]]+/notificationChannels/[0-9]+(,projects/[^,/[:space:]]+/notificationChannels/[0-9]+)*)?$' 'channels that alerts go to: projects/…/notificationChannels/…, separated by commas'
setting CONSOLE off '^(on|off)$' 'on or off: the web console, behind Identity-Aware Proxy'
setting CONSOLE_MEMBERS '' '^((user|group|serviceAccount|domain):[^,[:space:]]+(,(user|group|serviceAccount|domain):[^,[:space:]]+)*)?$' 'who may open the console: user:a@example.com,group:…'
