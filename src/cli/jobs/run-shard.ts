import { Command } from 'commander';
import { counted, formatDuration, OctavecError } from '../../base/index.js';
import { openJob, runShard } from '../../jobs/index.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';
import { addJobModelOptions, type JobModelFlags, loadJobModel } from './job-model.js';

const examples = `
Examples:
  octavec jobs run-shard vectors 17
  octavec jobs run-shard s3://bucket/vectors        the index that Kubernetes or SLURM gives this process

Without an index, JOB_COMPLETION_INDEX (Kubernetes), SLURM_ARRAY_TASK_ID or AWS_BATCH_JOB_ARRAY_INDEX gives it.
A shard that is already done is left alone; if several workers do the same one at once, one of them counts.`;

interface Options extends JobModelFlags {
  readonly json?: boolean;
}

export function runShardCommand(): Command {
  const command = new Command('run-shard')
    .description('Do one shard of a job and commit it. May be started any number of times, anywhere.')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .argument('[index]', 'number of the shard, from 0')
    .option('--json', 'print JSON');
  return addJobModelOptions(command)
    .addHelpText('after', examples)
    .action(async (address: string, given: string | undefined, options: Options) => {
      const shard = shardIndex(given);
      const signal = interruptSignal();
      const job = await openJob(address);
      const { embedder } = await loadJobModel(job, options, signal);
      await using _ = embedder;
      const line = progressLine();
      const { state, commit } = await runShard(job, shard, embedder, {
        workFolder: options.work,
        signal,
        onProgress: line.onProgress,
      }).finally(line.done);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ shard, state, ...commit })}\n`);
        return;
      }
      const said = {
        done: () =>
          `done: ${counted(commit?.rows ?? 0, 'row')} in ${formatDuration(commit?.seconds ?? 0)}${commit?.quarantined.length ? `, ${commit.quarantined.length} in quarantine` : ''}`,
        earlier: () => 'was done earlier',
        lost: () => 'was done by another meanwhile; what was made here is removed',
      };
      process.stdout.write(`shard ${shard} ${said[state]()}\n`);
    });
}

/**
 * Parses the index of a shard; by default it comes from Kubernetes, SLURM or AWS Batch.
 *
 * @throws USAGE
 */
function shardIndex(given: string | undefined): number {
  const { JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX } = process.env;
  const text = given ?? JOB_COMPLETION_INDEX ?? SLURM_ARRAY_TASK_ID ?? AWS_BATCH_JOB_ARRAY_INDEX;
  if (text === undefined || !/^\d{1,9}$/.test(text)) {
    const problem = text === undefined ? 'No shard is named' : `"${text}" is no number of a shard`;
    throw new OctavecError('USAGE', { problem, hint: 'Give its index, a whole number from 0.' });
  }
  return Number(text);
}
