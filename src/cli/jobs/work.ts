import { Command } from 'commander';
import { counted, formatCount, formatDuration, OctavecError } from '../../base/index.js';
import { openJob, type ShardEvent, serveMetrics, work } from '../../jobs/index.js';
import { interruptSignal } from '../interrupt.js';
import { port } from '../options.js';
import { progressLine } from '../progress-line.js';
import { addJobModelOptions, type JobModelFlags, loadJobModel } from './job-model.js';
import { redisOption } from './queue-option.js';

interface Options extends JobModelFlags {
  readonly redis: string;
  /** Where Prometheus asks. */
  readonly metricsPort?: number;
  readonly json?: boolean;
}

export function workCommand(): Command {
  const command = new Command('work')
    .description('Take shards from the queue until all are done. Start as many as you like, on as many machines.')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .addOption(redisOption())
    .option('--metrics-port <n>', 'serve figures for Prometheus at /metrics', port)
    .option('--json', 'print a line of JSON for every attempt at a shard, and one at the end');
  return addJobModelOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  octavec jobs work vectors --redis redis://queue:6379
  octavec jobs work s3://bucket/vectors --threads 8 --metrics-port 9464

Ctrl-C and SIGTERM let the running shard finish for 15 s, then hand it back. A shard that fails three times is searched for
the rows that make it fail; they go to quarantine, and the rest is embedded.`,
    )
    .action(async (address: string, options: Options) => {
      const { redis, metricsPort, json } = options;
      const signal = interruptSignal();
      const job = await openJob(address);
      const { embedder, model } = await loadJobModel(job, options, signal);
      await using _ = embedder;
      const metrics = metricsPort === undefined ? undefined : await serveMetrics(metricsPort, job.id);
      const line = progressLine();
      const onShard = (event: ShardEvent) => {
        metrics?.count(event);
        line.done();
        process.stdout.write(json ? `${JSON.stringify(event)}\n` : `${describeEvent(event)}\n`);
      };
      const outcome = await work(job, embedder, {
        ...{ redis, model, signal, onShard },
        workFolder: options.work,
        onProgress: line.onProgress,
      }).finally(async () => {
        line.done();
        await metrics?.close();
      });
      const { done, rows, failed, isWhole } = outcome;
      const said = `${counted(done, 'shard')} of ${job.plan.shards.length} done here, ${formatCount(rows)} rows`;
      process.stdout.write(json ? `${JSON.stringify({ done, rows, failed, isWhole })}\n` : `${said}\n`);
      if (!isWhole) {
        const [first] = failed;
        const problem = `${counted(failed.length, 'shard')} given up; shard ${first.shard}: ${first.reason}`;
        throw new OctavecError('JOB_GIVEN_UP', { problem, job: address });
      }
      if (process.stderr.isTTY && !json) {
        process.stderr.write(`Next: octavec jobs finish ${address}\n`);
      }
    });
}

/** Describes what became of an attempt at a shard. */
export function describeEvent({ shard, state, rows, seconds, reason }: ShardEvent): string {
  const what = state === 'done' ? `done, ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}` : state;
  return `shard ${shard}: ${what} in ${formatDuration(seconds)}${reason === undefined ? '' : ` (${reason})`}`;
}
