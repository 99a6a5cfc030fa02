import { Command } from 'commander';
import { enqueueCommand } from './enqueue.js';
import { finishCommand } from './finish.js';
import { planCommand } from './plan.js';
import { retryCommand } from './retry.js';
import { runShardCommand } from './run-shard.js';
import { statusCommand } from './status.js';
import { workCommand } from './work.js';

const examples = `
Examples:
  octavec jobs plan 'corpus/*.parquet' --model ./minilm --variant int8 --out vectors
  octavec jobs run-shard vectors 17                  one shard, by whatever engine starts commands
  octavec jobs enqueue vectors --redis redis://localhost
  octavec jobs work vectors --redis redis://localhost
  octavec jobs status vectors --watch
  octavec jobs finish vectors

Paths may be s3://bucket/prefix everywhere. A job is the contents of its output: _plan.json says what is to be done, _commits
what is done. More in docs/jobs.md of octavec's package.`;

export function jobsCommand(): Command {
  const command = new Command('jobs');
  const subcommands = [
    planCommand(),
    runShardCommand(),
    finishCommand(),
    statusCommand(),
    enqueueCommand(),
    workCommand(),
    retryCommand(),
  ];
  for (const subcommand of subcommands) {
    command.addCommand(subcommand);
  }
  return command.addHelpText('after', examples);
}
