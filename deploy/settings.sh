# shellcheck shell=bash
# Reads and checks the settings of deploy/setting-list.sh. Options have priority over the environment, the environment over
# the file, and the file over the defaults.

NAMES=() DEFAULTS=() PATTERNS=() RULES=()

# setting NAME DEFAULT PATTERN RULE. A setting without a pattern has a function check_NAME, which reports what is wrong.
setting() {
  NAMES+=("$1") DEFAULTS+=("$2") PATTERNS+=("$3") RULES+=("$4")
}

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
  COMMAND='' ENV_FILE='' DELETE_DATA=no ASSUME_YES=no OFFLINE=no WORKER='' METHODS='' WORKER_ACCOUNT='' TENANT=''
  local argument
  for argument in "$@"; do
    case $argument in
      --help | -h) COMMAND=help ;;
      --yes) ASSUME_YES=yes ;;
      --delete-data) DELETE_DATA=yes ;;
      --offline) OFFLINE=yes ;;
      --env-file=*) ENV_FILE=${argument#*=} ;;
      --worker=*) WORKER=${argument#*=} ;;
      --methods=*) METHODS=${argument#*=} ;;
      --worker-account=*) WORKER_ACCOUNT=${argument#*=} ;;
      --tenant=*) TENANT=${argument#*=} ;;
      --*=*) set_option "${argument%%=*}" "${argument#*=}" ;;
      plan | apply | schema | settings | status | destroy)
        [[ -z $COMMAND ]] || die "give one command, and not both $COMMAND and $argument"
        COMMAND=$argument
        ;;
      *) die "$argument is not a command or an option; --help lists them; a setting is --NAME=VALUE" ;;
    esac
  done
  COMMAND=${COMMAND:-plan}
  [[ $OFFLINE == no || $COMMAND == plan ]] || die "--offline is allowed only with plan, not with $COMMAND"
}

# set_option --NAME VALUE
set_option() {
  local name
  name=$(tr 'a-z-' 'A-Z_' <<<"${1#--}")
  is_setting "$name" || die "$1 is not an option; --help lists them"
  printf -v "OPTION_$name" '%s' "$2"
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

# The file is parsed, not sourced, so nothing in it runs. Its values become variables FILE_NAME.
read_env_file() {
  local line name value number=0
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    # Editors of Windows end a line with CR LF.
    line=${line%$'\r'}
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
    if [[ -z $value && ($name == PROJECT_ID || $name == REGION) ]]; then ask value "$name" "${RULES[index]}"; fi
    printf -v "$name" '%s' "$value"
  done
  CONCURRENCY=${CONCURRENCY:-$(concurrency_for "$MEMORY")}
}

# ask VARIABLE NAME RULE: asks a person at a terminal for a required setting.
ask() {
  [[ -t 0 ]] || return 0
  read -r -p "$2 ($3): " "$1"
}

# refuse COMPLAINT…: reports a wrong setting, and makes check_settings fail after it has checked all settings.
refuse() {
  complain "$@"
  WRONG=1
}

check_settings() {
  # In the C locale, a range in a pattern contains ASCII characters only.
  local index name LC_ALL=C
  WRONG=0
  for index in "${!NAMES[@]}"; do
    name=${NAMES[index]}
    if [[ -z ${PATTERNS[index]} ]]; then
      "check_$name"
    elif ! [[ ${!name} =~ ${PATTERNS[index]} ]]; then
      refuse "$name must be ${RULES[index]}${!name:+, and is \"${!name}\"}"
    fi
  done
  [[ $WRONG != 0 ]] || check_together
  [[ $WRONG == 0 ]] || exit 1
}

# The rules that involve more than one setting. At this point each setting is valid by itself.
check_together() {
  local name
  for name in COMPLETIONS SIGNALS DEAD_LETTERS; do
    name=TOPIC_$name
    [[ ${!name} != "$TOPIC_LIFECYCLE" ]] ||
      refuse "$name must be another topic than TOPIC_LIFECYCLE, and is \"${!name}\""
  done
  ((MIN_INSTANCES <= MAX_INSTANCES)) ||
    refuse "MIN_INSTANCES must not be more than MAX_INSTANCES, $MAX_INSTANCES, and is \"$MIN_INSTANCES\""
  ((MAX_PAYLOAD_BYTES >= 1024 && MAX_PAYLOAD_BYTES <= 4194304)) ||
    refuse "MAX_PAYLOAD_BYTES must be bytes of a payload in JSON, 1024 to 4194304, and is \"$MAX_PAYLOAD_BYTES\""
  check_size
  check_residency
}
