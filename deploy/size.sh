# shellcheck shell=bash
# The size of an instance: what Cloud Run allows, and how many concurrent calls the memory is enough for.

# mebibytes MEMORY: prints 512Mi, 1Gi, … as a number of mebibytes.
mebibytes() {
  case $1 in
    *Gi) printf '%s' $((${1%Gi} * 1024)) ;;
    *) printf '%s' "${1%Mi}" ;;
  esac
}

# Cloud Run's pages "Configure memory limits" and "Configure CPU limits": one processor for every 4 GiB up to 8 GiB; above,
# 4, 6 or 8 processors, each with a maximum. Each number of processors also has a least memory.
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

# The number of concurrent calls of an instance with that memory, if CONCURRENCY is not set. Measured for on-lifecycle-event
# on Node 20: 145 MiB at rest, 8 MiB more for each call with a payload of 1 MiB, and 64 MiB more for each call with the
# largest message of Pub/Sub, which is read before it is refused.
concurrency_for() {
  local calls=$((($(mebibytes "$1") - 256) / 64))
  ((calls >= 1)) || calls=1
  ((calls <= 80)) || calls=80
  printf '%s' "$calls"
}
