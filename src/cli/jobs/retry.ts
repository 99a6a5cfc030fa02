import { Command } from 'commander';
import { counted } from '../../base/index.js';
import { openJob, openQueue, retryFailed } from '../../jobs/index.js';
import { redisOption } from './queue-option.js';

interface Options {
  readonly redis: string;
  readonly json?: boolean;
}

export function retryCommand(): Command {
  return new Command('retry')
    .description('Retry shards that were given up.')
    .argument('<job>', 'folder or s3://bucket/prefix of the job')
    .addOption(redisOption())
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec jobs retry vectors')
    .action(async (address: string, { redis, json }: Options) => {
      const queue = await openQueue(await openJob(address), redis);
      const shards = await retryFailed(queue).finally(queue.close);
      const said =
        shards.length === 0
          ? 'no shard was given up'
          : `${counted(shards.length, 'shard')} in the queue again: ${shards.join(', ')}`;
      process.stdout.write(json ? `${JSON.stringify({ shards })}\n` : `${said}\n`);
    });
}
