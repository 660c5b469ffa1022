# shellcheck shell=bash
# The hosts that events may name, and the OIDC audiences of their tokens. functions/settings.ts checks both by the same
# rules.

readonly HOST='^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$'
readonly HOST_RULE='hosts of https, jobs.example.com, jobs.example.com:8443 or *.jobs.example.com, separated by commas'

# entries LIST: sets ENTRIES to the parts between the commas, without the spaces around them. An empty list has no entries.
# An empty part is an entry.
entries() {
  local rest=$1, entry
  ENTRIES=()
  [[ -n $1 ]] || return 0
  while [[ -n $rest ]]; do
    entry=${rest%%,*} rest=${rest#*,}
    entry=${entry#"${entry%%[! ]*}"}
    ENTRIES+=("${entry%"${entry##*[! ]}"}")
  done
}

check_ALLOWED_HOSTS() {
  local entry problem
  entries "$ALLOWED_HOSTS"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    problem=$(problem_of_host "$entry")
    [[ -z $problem ]] || refuse "ALLOWED_HOSTS must be $HOST_RULE: \"$entry\" $problem"
  done
}

# Prints why a host may not be allowed, or nothing if it may.
problem_of_host() {
  local host=$1 port=''
  case $host in
    '') printf 'is an empty entry' && return ;;
    http://* | https://*) printf 'is a URL' && return ;;
  esac
  if [[ $host =~ ^(.*):([0-9]+)$ ]]; then
    host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
    [[ $host != '*.'* ]] || { printf 'has a port beside a wildcard' && return; }
    [[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 && $port != 443 ]] ||
      { printf 'has a port that is 443, as without it, or not 1 to 65535' && return; }
  fi
  [[ ${host#'*.'} =~ $HOST && ${#host} -le 253 && ! $host =~ [a-z0-9-]{64} ]] ||
    { printf 'is not the name of a host in lower case' && return; }
  if [[ $host == '*.'* ]]; then
    ! is_public_suffix "${host#'*.'}" || printf 'names hosts that anyone can have'
  fi
}

# Names below which anyone can register a host: a single label, and the names in deploy/public-suffixes.txt. There a line
# that begins with *. means any label in its place.
is_public_suffix() {
  local line
  [[ $1 == *.* ]] || return 0
  while IFS= read -r line; do
    [[ $line != "$1" && $line != "*.${1#*.}" ]] || return 0
  done <deploy/public-suffixes.txt
  return 1
}

check_AUDIENCES() {
  local entry host audience hosts=','
  entries "$AUDIENCES"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    host=${entry%%=*} audience=${entry#*=}
    if [[ $entry != *=* || -n $(problem_of_host "$host") || $host == '*.'* ]]; then
      refuse "AUDIENCES must be HOST=AUDIENCE, separated by commas, and has \"$entry\""
    elif ! [[ $audience =~ ^[!-{}~]+$ ]]; then
      refuse "AUDIENCES must have an audience of visible characters, | excepted, for $host, and has \"$audience\""
    elif [[ $hosts == *",$host,"* ]]; then
      refuse "AUDIENCES must name each host once, and has $host twice"
    elif ! is_allowed "$host"; then
      refuse "AUDIENCES must name hosts of ALLOWED_HOSTS, and has $host"
    fi
    hosts+=$host,
  done
}

is_allowed() {
  local name=${1%:*} entry
  entries "$ALLOWED_HOSTS"
  for entry in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    [[ $entry != "$1" && ! ($entry == '*.'* && $name == *"${entry#'*'}") ]] || return 0
  done
  return 1
}
