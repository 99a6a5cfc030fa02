#!/bin/bash
# One shard of a job a task: sbatch --array=0-39%8 slurm.sh s3://bucket/vectors
#SBATCH --job-name=octavec
#SBATCH --cpus-per-task=4
#SBATCH --mem=1G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@30
set -euo pipefail
exec octavec jobs run-shard "$1" --threads "${SLURM_CPUS_PER_TASK:-2}" --work "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}"
