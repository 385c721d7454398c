#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SeaTunnel's client command on top of sluice: the same flags and exit codes, for scripts and schedulers that
# call it. A job runs in this process; there is no cluster. What differs is said on standard error.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
sluice=${SLUICE:-$here/sluice}
[ -x "$sluice" ] || sluice=$here/../build/release/sluice
readonly sluice
readonly states=${SLUICE_STATE:-.sluice}

usage() {
  cat <<'TEXT'
Usage: seatunnel.sh [options]
  -c, --config FILE          job file
  -n, --name NAME            name of the job
  -i, --variable k=v         value of ${k} in the job file
  -m, --master, -e, --deploy-mode MODE   local or cluster: the job runs in this process either way
      --check                check the job file; connects to nothing
      --set-job-id ID        keep the job's checkpoints under this id
  -r, --restore ID           go on from the last checkpoint or savepoint of the job with this id; needs -c;
                             does nothing when that job has finished
  -s, --savepoint ID         savepoint, then stop
  -h, --help                 this text

Checkpoints are kept in $SLUICE_STATE/ID (.sluice/ID), without an id in .sluice/NAME.
Accepted and without effect: --async, -cj, --close-job, -cn, --cluster, -DJvmOption=...
Not there, for they ask a cluster: -l, --list, -j, --job-id, -can, --cancel-job, --metrics,
--get_running_job_metrics; nor --encrypt and --decrypt.
Exit codes: 0 the job ended or was stopped, 1 it failed, 234 this text was shown.
TEXT
}

note() { echo "seatunnel.sh: $*" >&2; }

fail() {
  printf '\n===============================================================================\n\n' >&2
  printf 'Fatal Error,\n\nReason: %s\n' "$*" >&2
  printf '\n===============================================================================\n' >&2
  exit 1
}

wrong() {
  note "$*"
  usage >&2
  exit 234
}

config='' id='' restore='' savepoint='' check=''
arguments=()
[ $# -gt 0 ] || { usage; exit 234; }
while [ $# -gt 0 ]; do
  flag=$1 value='' glued=''
  case $flag in
    --*=*) value=${flag#*=} flag=${flag%%=*} glued=yes ;;
  esac
  take() { # the value of `flag`
    if [ -n "$glued" ]; then return; fi
    [ $# -ge 2 ] || wrong "$flag needs a value"
    value=$2
  }
  case $flag in
    -h | --help) usage; exit 234 ;;
    -c | --config) take "$@"; config=$value ;;
    -n | --name) take "$@"; arguments+=(-n "$value") ;;
    -i | --variable) take "$@"; arguments+=(-i "$value") ;;
    --set-job-id) take "$@"; id=$value ;;
    -r | --restore) take "$@"; restore=$value ;;
    -s | --savepoint) take "$@"; savepoint=$value ;;
    -m | --master | -e | --deploy-mode)
      take "$@"
      case ${value,,} in
        local) ;;
        cluster) note "the job runs in this process: there is no cluster to give it to" ;;
        *) wrong "$flag is local or cluster, but is $value" ;;
      esac
      ;;
    -cj | --close-job | -cn | --cluster) take "$@"; note "$flag has no effect: there is no cluster" ;;
    --check) check=yes; shift; continue ;;
    --async) note "--async has no effect: the job runs in this process"; shift; continue ;;
    -D*) shift; continue ;; # options of a JVM
    -l | --list | -j | --job-id | -can | --cancel-job | --metrics | --get_running_job_metrics)
      fail "$flag asks a cluster, and there is none: a job runs in the process that started it. Its log tells \
how it is; SIGTERM stops it with a last checkpoint" ;;
    --encrypt | --decrypt) fail "$flag is not there yet: sluice reads job files as they are" ;;
    *) note "$flag is unknown and ignored"; shift; continue ;;
  esac
  [ -n "$glued" ] || shift
  shift
done

if [ -n "$savepoint" ]; then
  exec "$sluice" savepoint --state "$states/$savepoint"
fi
[ -n "$config" ] || wrong "-c is missing: which job file?"
if [ -n "$check" ]; then
  exec "$sluice" check -c "$config" ${arguments[@]+"${arguments[@]}"}
fi
if [ -n "$restore" ]; then
  [ -d "$states/$restore" ] || fail "there is no job $restore in $states to restore"
  id=$restore
  arguments+=(--once)
fi
[ -z "$id" ] || arguments+=(--state "$states/$id")
exec "$sluice" run -c "$config" ${arguments[@]+"${arguments[@]}"}
