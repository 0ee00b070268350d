#!/usr/bin/env bash
# A study as a SLURM job array of 16 tasks, and one more job that merges them when all are done:
#
#   examples/cluster/slurm-array.sh study.yaml runs/study
#
# The folder is on a disk that all nodes see. A task that is preempted, reaches its time limit, or whose node dies, is queued again and resumes where its rows
# end. A task that is cancelled, or fails, stays so, and nothing is merged: the same command again resumes all tasks (those whose part is complete end at once),
# and merges. No server is needed.
set -euo pipefail

study=$1
output=$2
tasks=${TASKS:-16}
cpus=${CPUS:-4}
permafrost=${PERMAFROST:-permafrost}
mkdir -p "$output.parts"

# --shard auto/N: task i computes part i of N. USR1 comes two minutes before the time limit and is this script's own; TERM is scancel or preemption, after which
# SLURM itself queues again what is to be. `wait` ends with every signal, so it is asked until the program has ended.
array=$(sbatch --parsable --job-name="permafrost" --array="1-$tasks" --cpus-per-task="$cpus" --requeue --signal=B:USR1@120 \
  --output="$output.parts/task-%a.log" --open-mode=append <<TASK
#!/usr/bin/env bash
$permafrost run "$study" --shard auto/$tasks --threads "$cpus" --output "$output.parts/part-\$SLURM_ARRAY_TASK_ID" &
child=\$!
again=no
trap 'kill -TERM \$child' TERM
trap 'again=yes; kill -TERM \$child' USR1
wait \$child
code=\$?
while kill -0 \$child 2>/dev/null; do
  wait \$child
  code=\$?
done
if [ \$again = yes ] && [ \$code != 0 ]; then scontrol requeue "\$SLURM_ARRAY_JOB_ID"_"\$SLURM_ARRAY_TASK_ID"; fi
exit \$code
TASK
)

merge=$(sbatch --parsable --job-name="permafrost-merge" --dependency="afterok:$array" --kill-on-invalid-dep=yes --cpus-per-task=2 \
  --output="$output.parts/merge.log" <<MERGE
#!/usr/bin/env bash
set -euo pipefail
$permafrost merge "$output.parts"/part-* --into "$output" --study "$study"
$permafrost verify "$output"
MERGE
)

echo "array $array, merge $merge: squeue -j $array,$merge shows both; $output when they are done"
