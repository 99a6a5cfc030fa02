import { Command, Option } from 'commander';
import { counted, formatCount } from '../../base/index.js';
import { needsRanges, readRanges, type StoredType, storedTypes } from '../../bulk/index.js';
import { Embedder } from '../../embed/index.js';
import { makePlan, planFile, rowsOf } from '../../jobs/index.js';
import { folderWith } from '../../registry/index.js';
import { type TextFormat, textFormats } from '../../texts/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { namedModel } from '../named-model.js';
import { configOption, engineOption, overLongOption, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';

const examples = `
Examples:
  octavec jobs plan 'corpus/*.parquet' --model ./minilm --variant int8 --out vectors
  octavec jobs plan s3://bucket/corpus/ --field content --model BAAI/bge-small-en-v1.5 --out s3://bucket/vectors
  octavec jobs plan hf://datasets/owner/name --field content --model ./minilm --out vectors
  octavec jobs plan huge.jsonl --rows-per-shard 50000 --model ./minilm --out vectors

Parquet is cut between row groups, .txt and .jsonl between lines; every other file is one shard.`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'engine' | 'threads'> {
  readonly model: string;
  readonly variant?: string;
  readonly out: string;
  readonly field?: string;
  readonly format?: TextFormat;
  readonly lossy?: boolean;
  readonly rowsPerShard?: number;
  readonly maxQuarantined?: string;
  readonly type: StoredType;
  readonly ranges?: string;
  readonly dimensions?: number;
  readonly prompt?: string;
  readonly promptName?: string;
  readonly overLong?: 'truncate' | 'error' | 'chunk';
  /** tokens */
  readonly overlap?: number;
  readonly offline?: boolean;
  readonly json?: boolean;
}

export function planCommand(): Command {
  return new Command('plan')
    .description('Plan a job: which rows make which shard, and by what recipe. Plans are never changed.')
    .argument('<inputs...>', 'files, folders or patterns; paths, s3://bucket/prefix, or hf://datasets/owner/name')
    .requiredOption('--model <model>', 'the model: a name of the hub, or a path that all workers have')
    .option('--variant <name>', 'variant in the folder: int8, fp16, …')
    .requiredOption('--out <place>', 'folder or s3://bucket/prefix of the results, and of the plan')
    .option('--field <name>', 'field or column that holds the text (default: text)')
    .addOption(new Option('--format <name>', 'format of the files, if names do not tell').choices(textFormats))
    .option('--lossy', 'read bytes that are not UTF-8 as U+FFFD')
    .option(
      '--rows-per-shard <n>',
      'rows of a shard at most, where files can be cut (default: 100000)',
      positiveInteger,
    )
    .option('--max-quarantined <n>', 'rows that may fail before the job does, as a count or a share (default: 0.1%)')
    .addOption(new Option('--type <name>', 'type of the numbers').choices(storedTypes).default('float32'))
    .option('--ranges <file>', 'int8, uint8: file with the range of each dimension')
    .option('--dimensions <n>', 'shorten vectors, for models trained for it (Matryoshka)', positiveInteger)
    .option('--prompt <text>', 'put this before every text')
    .option('--prompt-name <name>', "one of the model's own prompts, such as document")
    .addOption(overLongOption())
    .option('--overlap <n>', 'chunk: tokens by which windows overlap', positiveInteger)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (inputs: string[], options: Options) => {
      const { run } = await settingsOf(options);
      const signal = interruptSignal();
      const found = await namedModel(options.model, options);
      await using embedder = await Embedder.load(folderWith(found, options.variant), {
        ...run,
        variant: options.variant,
        signal,
        onNote: printNote,
      });
      const { field, format, lossy, type, dimensions, prompt, promptName, overLong, overlap } = options;
      const ranges =
        needsRanges(type) && options.ranges !== undefined
          ? await readRanges(options.ranges, dimensions ?? embedder.width)
          : undefined;
      const line = progressLine();
      const job = await makePlan(inputs, options.out, embedder, {
        model: options.model,
        variant: options.variant,
        texts: given({ field, format, lossy }),
        vectors: given({
          ...{ type, dimensions, prompt, promptName, overLong, overlap },
          ranges: ranges && { least: [...ranges.least], greatest: [...ranges.greatest] },
        }),
        rowsPerShard: options.rowsPerShard,
        maxQuarantined: options.maxQuarantined,
        signal,
        onProgress: line.onProgress,
      }).finally(line.done);
      const { plan, store, id } = job;
      const facts = { id, plan: store.nameOf(planFile), shards: plan.shards.length, rows: rowsOf(plan) };
      if (options.json) {
        process.stdout.write(`${JSON.stringify(facts)}\n`);
        return;
      }
      process.stdout.write(
        `${facts.plan}: ${counted(facts.shards, 'shard')} of ${formatCount(facts.rows)} rows in ${counted(plan.inputs.length, 'file')}\n`,
      );
      if (process.stderr.isTTY) {
        process.stderr.write(`Next: octavec jobs enqueue ${store.uri}, or octavec jobs run-shard ${store.uri} 0\n`);
      }
    });
}

/** Drops entries without a value: a plan holds no empty ones. */
function given<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
