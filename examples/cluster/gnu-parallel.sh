#!/usr/bin/env bash
# A study in parts on machines that ssh reaches, by GNU parallel, merged here:
#
#   examples/cluster/gnu-parallel.sh study.yaml runs/study host1 host2 host3
#
# Every machine has permafrost, the same Node.js, and the study's folder under the same path. Run it again after a failure: each part resumes.
set -euo pipefail

study=$1
output=$2
shift 2
hosts=$(printf ',%s' "$@")
parts=${PARTS:-$#}
permafrost=${PERMAFROST:-permafrost}
folder=$PWD

seq "$parts" | parallel --sshlogin "${hosts#,}" --jobs 1 --line-buffer --tag \
  "cd '$folder' && $permafrost run '$study' --shard {}/$parts --output '$output.parts/part-{}'"

# Parts that stand on the disks of other machines come here first; where all see one disk, rsync finds nothing to do.
for host in "$@"; do rsync --archive "$host:$folder/$output.parts/" "$output.parts/"; done
$permafrost merge "$output.parts"/part-* --into "$output" --study "$study"
$permafrost verify "$output"
