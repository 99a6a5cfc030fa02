import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { counted, formatBytes, formatCount, formatDuration } from '../../base/index.js';
import { type JobStatus, jobStatus, openJob, openQueue, type QueueState, queueState } from '../../jobs/index.js';
import { interruptSignal } from '../interrupt.js';
import { number } from '../options.js';

interface Options {
  readonly redis?: string;
  readonly price?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between two looks. */
const pause = 2000;

export function statusCommand(): Command {
  return new Command('status')
    .description('Show how far a job is: shards, rate, time left, cost.')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .option('--redis <url>', 'also show the queue')
    .option('--price <amount>', 'what a worker costs an hour, to show what the job costs', number)
    .option('--watch', 'keep showing it until the job is done')
    .option('--json', 'print JSON; with --watch one line for each update')
    .addHelpText(
      'after',
      `
Examples:
  octavec jobs status vectors --watch
  octavec jobs status s3://bucket/vectors --redis redis://queue:6379 --price 0.17`,
    )
    .action(async (address: string, options: Options) => {
      const signal = interruptSignal();
      const job = await openJob(address);
      const isDrawn = options.watch && process.stdout.isTTY && !options.json;
      for (let drawn = 0; ; ) {
        const status = await jobStatus(job);
        const queue = options.redis === undefined ? undefined : await stateOf(job, options.redis);
        if (options.json) {
          process.stdout.write(`${JSON.stringify({ ...status, queue, cost: costOf(status, options.price) })}\n`);
        } else {
          const lines = statusLines(status, queue, options.price);
          process.stdout.write(`${isDrawn && drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''}${lines.join('\n')}\n`);
          drawn = lines.length;
        }
        if (!options.watch || status.open.length === 0 || signal.aborted) {
          return;
        }
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    });
}

async function stateOf(job: Awaited<ReturnType<typeof openJob>>, redis: string): Promise<QueueState> {
  const queue = await openQueue(job, redis);
  return queueState(queue).finally(queue.close);
}

const barWidth = 40;

/** Describes the state of a job, a line for each fact. */
export function statusLines(status: JobStatus, queue: QueueState | undefined, price: number | undefined): string[] {
  const { shards, done, rows, rowsDone, quarantined, bytes, workers, rowsPerSecond, secondsLeft } = status;
  const filled = Math.floor((done * barWidth) / shards);
  const rate =
    rowsPerSecond === undefined
      ? []
      : [
          `${formatCount(Math.round(rowsPerSecond))} rows/s by ${counted(workers, 'worker')}${done < shards ? `, ${formatDuration(secondsLeft ?? 0)} left` : ''}`,
        ];
  const cost = costOf(status, price);
  return [
    `${'█'.repeat(filled)}${'·'.repeat(barWidth - filled)} ${done}/${counted(shards, 'shard')}`,
    `${formatCount(rowsDone)} of ${formatCount(rows)} rows, ${formatBytes(bytes)}${quarantined > 0 ? `, ${formatCount(quarantined)} in quarantine` : ''}`,
    ...rate,
    ...(queue === undefined ? [] : queueLines(queue)),
    ...(cost === undefined
      ? []
      : [`cost: ${cost.soFar.toFixed(2)} so far, ${cost.inAll.toFixed(2)} in all at this rate`]),
  ];
}

function queueLines({ active, waiting, delayed, failed }: QueueState): string[] {
  return [
    `queue: ${active} running, ${waiting} waiting, ${delayed} to be tried again, ${failed.length} given up`,
    ...failed.map(({ shard, reason }) => `  shard ${shard}: ${reason}`),
  ];
}

/** Computes the cost by the time that workers have worked, and what the rest will cost at the same pace. */
function costOf({ workSeconds, rows, rowsDone }: JobStatus, price: number | undefined) {
  if (price === undefined || rowsDone === 0) {
    return undefined;
  }
  const soFar = (workSeconds / 3600) * price;
  return { soFar, inAll: (soFar * rows) / rowsDone };
}
