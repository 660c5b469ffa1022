# shellcheck shell=bash
# The size of an instance: what Cloud Run allows, and how many calls fit its memory.

# mebibytes MEMORY: 512Mi and 1Gi as a number.
mebibytes() {
  case $1 in
    *Gi) printf '%s' $((${1%Gi} * 1024)) ;;
    *) printf '%s' "${1%Mi}" ;;
  esac
}

# Cloud Run's pages "Configure memory limits" and "Configure CPU limits": a processor for every 4 GiB up to 8 GiB, then
# for every 4 GiB two kinds of instances with 4, 6 and 8 processors; and the least memory that many processors take.
check_size() {
  local memory least=512 most=4096
  memory=$(mebibytes "$MEMORY")
  case $CPU in
    2) most=8192 ;;
    4) least=2048 most=16384 ;;
    6) least=4096 most=24576 ;;
    8) least=4096 most=32768 ;;
  esac
  ((memory >= least && memory <= most)) ||
    refuse "MEMORY must be ${least}Mi to ${most}Mi with CPU=$CPU, and is \"$MEMORY\""
}

# How many calls an instance of that memory serves at a time, where CONCURRENCY does not say. on-lifecycle-event was
# measured on Node 20: 145 MiB at rest, 8 MiB more for each call with a payload of 1 MiB, and 64 MiB more for each call
# with the largest message that Pub/Sub takes, which is read before it is refused.
concurrency_for() {
  local calls=$((($(mebibytes "$1") - 256) / 64))
  ((calls >= 1)) || calls=1
  ((calls <= 80)) || calls=80
  printf '%s' "$calls"
}
