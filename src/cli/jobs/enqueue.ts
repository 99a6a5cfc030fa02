import { Command } from 'commander';
import { counted } from '../../base/index.js';
import { fillQueue, openJob, openQueue } from '../../jobs/index.js';
import { redisOption } from './queue-option.js';

interface Options {
  readonly redis: string;
  readonly json?: boolean;
}

export function enqueueCommand(): Command {
  return new Command('enqueue')
    .description('Put the shards that are not done into a queue (BullMQ on Redis).')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .addOption(redisOption())
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  octavec jobs enqueue vectors --redis redis://localhost:6379

Needs the package bullmq. The queue may be emptied at any time: workers fill it again from the plan and what is done.`,
    )
    .action(async (address: string, { redis, json }: Options) => {
      const job = await openJob(address);
      const queue = await openQueue(job, redis);
      const open = await fillQueue(job, queue).finally(queue.close);
      const shards = job.plan.shards.length;
      const said = `${counted(open, 'shard')} of ${shards} to do${open > 0 ? ' in the queue' : ''}`;
      process.stdout.write(json ? `${JSON.stringify({ id: job.id, shards, open })}\n` : `${said}\n`);
      if (process.stderr.isTTY && !json) {
        process.stderr.write(`Next: octavec jobs ${open > 0 ? 'work' : 'finish'} ${address}\n`);
      }
    });
}
