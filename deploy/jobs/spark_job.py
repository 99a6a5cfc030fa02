"""Runs the open shards of an octavec job as tasks of Spark.

    spark-submit spark_job.py s3://bucket/vectors [octavec command]

Each task starts `octavec jobs run-shard` on its executor, where octavec and the model must be installed. Tasks may be run
twice, speculatively or after an executor was lost: the first commit of a shard counts.
"""

import json
import shlex
import subprocess
import sys

from pyspark.sql import SparkSession


def run_shard(octavec, job, shard):
    done = subprocess.run([*octavec, "jobs", "run-shard", job, str(shard), "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"shard {shard}: {done.stderr.strip()}")
    return json.loads(done.stdout)["state"]


def main(job, octavec):
    status = subprocess.run([*octavec, "jobs", "status", job, "--json"], capture_output=True, text=True, check=True)
    shards = json.loads(status.stdout)["open"]
    if shards:
        context = SparkSession.builder.appName("octavec").getOrCreate().sparkContext
        # A partition a shard: a task that is lost costs no other.
        context.parallelize(shards, len(shards)).map(lambda shard: run_shard(octavec, job, shard)).collect()
        context.stop()
    subprocess.run([*octavec, "jobs", "finish", job], check=True)


if __name__ == "__main__":
    main(sys.argv[1], shlex.split(sys.argv[2]) if len(sys.argv) > 2 else ["octavec"])
