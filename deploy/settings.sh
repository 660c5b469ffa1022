# shellcheck shell=bash
# The settings of a deployment: their defaults and rules, and where they come from.

NAMES=() DEFAULTS=() PATTERNS=() RULES=()

# setting NAME DEFAULT PATTERN RULE
setting() {
  NAMES+=("$1") DEFAULTS+=("$2") PATTERNS+=("$3") RULES+=("$4")
}

readonly TOPIC='^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$'
readonly TOPIC_RULE='a topic id: 3 to 255 letters, digits and ._~+%-, a letter first'
readonly REGION_PATTERN='^[a-z]+-[a-z]+[0-9]+$'

setting PROJECT_ID '' '^[a-z][a-z0-9-]{4,28}[a-z0-9]$' 'the id of an existing project with billing'
setting REGION '' "$REGION_PATTERN" 'a region with Cloud Run, Workflows and Eventarc: us-central1'
setting SPANNER_INSTANCE lro '^[a-z][a-z0-9-]{0,62}[a-z0-9]$' 'an instance id; one that exists is used as it is'
setting SPANNER_CONFIG 'regional-REGION' '^[a-z0-9-]+$' 'the configuration of a new instance: regional-us-central1'
setting SPANNER_EDITION STANDARD '^(STANDARD|ENTERPRISE|ENTERPRISE_PLUS)$' 'STANDARD, ENTERPRISE or ENTERPRISE_PLUS'
setting SPANNER_PROCESSING_UNITS 100 '^([1-9]00|[1-9][0-9]*000)$' 'a multiple of 100 below 1000, or of 1000'
setting SPANNER_DATABASE lro '^[a-z][a-z0-9_-]{0,28}[a-z0-9]$' 'a database id: 2 to 30 of a-z, 0-9, _ and -'
setting SPANNER_TABLE Operations '^[A-Za-z][A-Za-z0-9_]{0,95}$' 'a table name: a letter, then letters, digits and _'
setting TOPIC_LIFECYCLE operation-lifecycle "$TOPIC" "$TOPIC_RULE"
setting TOPIC_COMPLETIONS operation-completions "$TOPIC" "$TOPIC_RULE"
setting TOPIC_SIGNALS operation-signals "$TOPIC" "$TOPIC_RULE"
setting TOPIC_DEAD_LETTERS operation-dead-letters "$TOPIC" "$TOPIC_RULE"
setting TOPIC_RETENTION_DAYS 7 '^([1-9]|[12][0-9]|3[01])$' 'how long topics keep messages for replay: 1 to 31'
setting WORKFLOW parallel-poll '^[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$' 'a workflow id'
setting SCHEDULER_REGION 'REGION' "$REGION_PATTERN" 'a region with Cloud Scheduler'
setting SERVICE_ACCOUNT_PREFIX lro '^[a-z][a-z0-9-]{1,17}$' 'what the service account ids begin with: 2 to 18'
setting RUNTIME nodejs22 '^nodejs(2[2-9]|[3-9][0-9])$' 'nodejs22 or newer'
setting MEMORY 512Mi '^[1-9][0-9]*(Mi|Gi)$' 'the memory of an instance: 512Mi, 1Gi'
setting CONCURRENCY 80 '^([1-9][0-9]{0,2}|1000)$' 'calls that an instance serves at a time: 1 to 1000'
setting TIMEOUT 60 '^([1-9][0-9]|[1-4][0-9]{2}|5[0-3][0-9]|540)$' 'seconds that a call may take: 10 to 540'
setting MIN_INSTANCES 0 '^(0|[1-9][0-9]{0,2})$' 'instances of a function that are kept warm: 0 to 999'
setting MAX_INSTANCES 20 '^[1-9][0-9]{0,2}$' 'instances of a function: 1 to 999'
setting ALLOWED_HOSTS '' '^[A-Za-z0-9.*:, -]*$' 'hosts that events may name, separated by commas'
setting PUSH on '^(on|off)$' 'on or off: whether a child that ends resumes its parents at once'
setting DEFAULT_TTL_DAYS 30 '^[1-9][0-9]{0,2}$|^[12][0-9]{3}$|^3[0-5][0-9]{2}$|^36[0-4][0-9]$|^3650$' 'days: 1 to 3650'
setting LOG_LEVEL info '^(debug|info|warn|error|silent)$' 'debug, info, warn, error or silent'

list_settings() {
  local index
  for index in "${!NAMES[@]}"; do
    printf '  %-25s %-24s %s\n' "${NAMES[index]}" "${DEFAULTS[index]:-(none)}" "${RULES[index]}"
  done
}

print_settings() {
  local name
  for name in "${NAMES[@]}"; do
    printf '%s=%s\n' "$name" "${!name}"
  done
}

complain() {
  printf 'deploy.sh: %s\n' "$*" >&2
}

die() {
  complain "$@"
  exit 1
}

is_setting() {
  local name
  for name in "${NAMES[@]}"; do
    [[ $name != "$1" ]] || return 0
  done
  return 1
}

# Options become variables OPTION_NAME, which no other source overrides.
parse_arguments() {
  COMMAND='' ENV_FILE='' DELETE_DATA=no ASSUME_YES=no
  local argument name
  for argument in "$@"; do
    case $argument in
      --help | -h) COMMAND=help ;;
      --yes) ASSUME_YES=yes ;;
      --delete-data) DELETE_DATA=yes ;;
      --env-file=*) ENV_FILE=${argument#*=} ;;
      --*=*)
        name=$(tr 'a-z-' 'A-Z_' <<<"${argument%%=*}")
        name=${name#__}
        is_setting "$name" || die "${argument%%=*} is not an option; --help lists them"
        printf -v "OPTION_$name" '%s' "${argument#*=}"
        ;;
      plan | apply | schema | settings | status | destroy)
        [[ -z $COMMAND ]] || die "one command, please: $COMMAND or $argument"
        COMMAND=$argument
        ;;
      *) die "what is $argument? --help lists commands and options; a setting is --NAME=VALUE" ;;
    esac
  done
  COMMAND=${COMMAND:-plan}
}

load_settings() {
  local file=${ENV_FILE:-deploy.env}
  if [[ -f $file ]]; then
    read_env_file "$file"
  elif [[ -n $ENV_FILE ]]; then
    die "--env-file: there is no $ENV_FILE"
  fi
  resolve_settings
  check_settings
}

# The file is read and not sourced: nothing in it runs. Variables FILE_NAME hold what it says.
read_env_file() {
  local line name value number=0
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    [[ $line =~ ^([A-Z_]+)=(.*)$ ]] || die "$1, line $number: not NAME=VALUE"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    is_setting "$name" || die "$1, line $number: $name is not a setting"
    [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
    printf -v "FILE_$name" '%s' "$value"
  done <"$1"
}

resolve_settings() {
  local index name option file value
  for index in "${!NAMES[@]}"; do
    name=${NAMES[index]} option=OPTION_$name file=FILE_$name
    if [[ -n ${!option+set} ]]; then
      value=${!option}
    elif [[ -n ${!name+set} ]]; then
      value=${!name}
    elif [[ -n ${!file+set} ]]; then
      value=${!file}
    else
      value=${DEFAULTS[index]/%REGION/${REGION:-}}
    fi
    [[ -n $value || -n ${DEFAULTS[index]} || $name == ALLOWED_HOSTS ]] || ask value "$name" "${RULES[index]}"
    printf -v "$name" '%s' "$value"
  done
}

# ask VARIABLE NAME RULE: asks for a setting without a default, where there is somebody to ask.
ask() {
  [[ -t 0 ]] || return 0
  read -r -p "$2 ($3): " "$1"
}

check_settings() {
  local index name wrong=0
  for index in "${!NAMES[@]}"; do
    name=${NAMES[index]}
    [[ ${!name} =~ ${PATTERNS[index]} ]] && continue
    complain "$name must be ${RULES[index]}${!name:+, and is \"${!name}\"}"
    wrong=1
  done
  for name in COMPLETIONS SIGNALS DEAD_LETTERS; do
    name=TOPIC_$name
    [[ ${!name} != "$TOPIC_LIFECYCLE" ]] && continue
    complain "$name must be another topic than TOPIC_LIFECYCLE, and is \"${!name}\""
    wrong=1
  done
  if [[ $wrong == 0 ]] && ((MIN_INSTANCES > MAX_INSTANCES)); then
    complain "MIN_INSTANCES must not be more than MAX_INSTANCES, $MAX_INSTANCES, and is \"$MIN_INSTANCES\""
    wrong=1
  fi
  [[ $wrong == 0 ]] || exit 1
}
