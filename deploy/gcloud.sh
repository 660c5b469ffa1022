# shellcheck shell=bash
# How gcloud is called: to look, which is always done, and to change, which `plan` only prints.
#
# Invariant: nothing but `change` changes anything.

readonly PATIENCE=8
# Said of what was made a moment ago and is not known everywhere yet; it passes. Google's page "Access change
# propagation" speaks of minutes.
readonly NOT_YET='does not exist|not exist\.|Permission denied while using the Eventarc Service Agent|has not been used in project|propagat'

start_gcloud() {
  command -v gcloud >/dev/null || die 'gcloud is not installed: https://cloud.google.com/sdk/docs/install'
  export CLOUDSDK_CORE_DISABLE_PROMPTS=1
  MODE=$COMMAND CHANGES=0 SECTION='' SECTION_PRINTED=''
  [[ $COMMAND != schema ]] || MODE=apply
  # What the commands of a plan read stays, so that they can be run by hand.
  WORK=.lro/deploy
  mkdir -p "$WORK"
  SCRATCH=$(mktemp -d)
  trap 'rm -rf "$SCRATCH"' EXIT
}

section() {
  SECTION=$1
}

print_section() {
  [[ $SECTION != "$SECTION_PRINTED" ]] || return 0
  SECTION_PRINTED=$SECTION
  printf '\n## %s\n' "$SECTION"
}

# same WHAT: it is there, and as it should be.
same() {
  [[ $MODE == status ]] || return 0
  print_section
  printf 'ok       %s\n' "$1"
}

# change WHY ARGUMENT…: what has to be done, with the arguments of gcloud that do it.
change() {
  local why=$1
  shift
  CHANGES=$((CHANGES + 1))
  print_section
  if [[ $MODE == status ]]; then
    printf 'not yet  %s\n' "$why"
    return
  fi
  printf '# %s\n' "$why"
  print_command gcloud "$@" "--project=$PROJECT_ID"
  [[ $MODE == plan ]] || run_patiently "$@" "--project=$PROJECT_ID"
}

# One argument a line after the command's own words, so that a person can read it and a shell can run it.
print_command() {
  local argument line=''
  for argument in "$@"; do
    [[ $argument =~ ^[A-Za-z0-9_./:=@,%+-]+$ ]] || argument=$(quote "$argument")
    if [[ $argument == -* || $argument == "'-"* ]]; then
      printf '%s \\\n' "$line"
      line="  $argument"
    else
      line+="${line:+ }$argument"
    fi
  done
  printf '%s\n' "$line"
}

quote() {
  printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Runs a change; again, with growing pauses, where what it needs is not known everywhere yet.
run_patiently() {
  local attempt delay=${RETRY_DELAY:-2}
  for ((attempt = 1; ; attempt++)); do
    if run_once "$@"; then return; fi
    if ((attempt == PATIENCE)) || ! [[ $(<"$SCRATCH/error") =~ $NOT_YET ]]; then
      die 'this command failed; the next run continues from here'
    fi
    complain "this may pass; attempt $((attempt + 1)) of $PATIENCE in $delay s"
    sleep "$delay"
    delay=$((delay * 2))
  done
}

# The errors are shown at once, and kept.
run_once() {
  { gcloud "$@" 2>&1 1>&3 3>&- | tee "$SCRATCH/error" >&2; } 3>&1
}

# look VARIABLE ARGUMENT…: sets the variable to what gcloud says. A look that fails ends the run.
look() {
  local variable_=$1 answer_
  shift
  if ! answer_=$(gcloud "$@" "--project=$PROJECT_ID" 2>"$SCRATCH/error"); then
    cat "$SCRATCH/error" >&2
    print_command gcloud "$@" >&2
    die "this look at $PROJECT_ID failed, and nothing was changed by it"
  fi
  printf -v "$variable_" '%s' "$answer_"
}

# row LIST NAME: the line of the list whose first column is the name, without that column.
row() {
  local name rest
  while IFS=$'\t' read -r name rest; do
    [[ $name != "$2" ]] || { printf '%s' "$rest"; return; }
  done <<<"$1"
}

# has LIST NAME: whether a line of the list has the name as its first column.
has() {
  [[ $'\n'$1 == *$'\n'"$2"[$'\t\n']* || $'\n'$1 == *$'\n'"$2" ]]
}

# there LIST NAME: `has` as a word, which is empty for no.
there() {
  if has "$1" "$2"; then printf 'there'; fi
}

count_changes() {
  case $CHANGES in
    0) printf 'Nothing' ;;
    1) printf '1 command' ;;
    *) printf '%s commands' "$CHANGES" ;;
  esac
}

# SHA-256 of the files, or of the standard input.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# revision_of FILES ARGUMENT…: a digest of the files (one a line) and of the arguments with which they are deployed, as a
# label may hold it. It is how the next run knows that nothing is to be done.
revision_of() {
  local file files=()
  while IFS= read -r file; do files+=("$file"); done <<<"$1"
  shift
  { sha256 "${files[@]}" && printf '%s\n' "$@"; } | sha256 | cut -c 1-40
}
