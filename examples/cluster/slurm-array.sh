#!/usr/bin/env bash
# A study as a SLURM job array of 16 tasks, and one more job that merges them when all are done:
#
#   examples/cluster/slurm-array.sh study.yaml runs/study
#
# The folder is on a disk that all nodes see. A task that is preempted, or whose node dies, is queued again by SLURM and resumes where its rows end. The same
# command after a failure: tasks whose part is complete end at once. No server is needed.
set -euo pipefail

study=$1
output=$2
tasks=${TASKS:-16}
cpus=${CPUS:-4}
permafrost=${PERMAFROST:-permafrost}
mkdir -p "$output.parts"

# --shard auto/N: task i computes part i of N. SIGTERM two minutes before the time limit: what is computed is on disk, the exit code says "resumable".
array=$(sbatch --parsable --job-name="permafrost" --array="1-$tasks" --cpus-per-task="$cpus" --requeue --signal=B:TERM@120 \
  --output="$output.parts/task-%a.log" --open-mode=append <<TASK
#!/usr/bin/env bash
$permafrost run "$study" --shard auto/$tasks --threads "$cpus" --output "$output.parts/part-\$SLURM_ARRAY_TASK_ID" &
child=\$!
trap 'kill -TERM \$child' TERM
wait \$child
code=\$?
# 143: SIGTERM, 3: stopped, resumable. SLURM queues it again.
if [ \$code = 143 ] || [ \$code = 3 ]; then scontrol requeue "\$SLURM_ARRAY_JOB_ID"_"\$SLURM_ARRAY_TASK_ID"; fi
exit \$code
TASK
)

merge=$(sbatch --parsable --job-name="permafrost-merge" --dependency="afterok:$array" --cpus-per-task=2 --output="$output.parts/merge.log" <<MERGE
#!/usr/bin/env bash
set -euo pipefail
$permafrost merge "$output.parts"/part-* --into "$output"
$permafrost verify "$output"
MERGE
)

echo "array $array, merge $merge: squeue -j $array,$merge shows both; $output when they are done"
