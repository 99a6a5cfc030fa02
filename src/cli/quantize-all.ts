import { Command } from 'commander';
import { batchError, type MethodName, quantizeAll } from '../pipeline/index.js';
import { formatBatchOutcome } from '../report/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import { configOption, gateLimitWithoutTasks, methodList, positiveInteger } from './options.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec quantize-all ~/models
  octavec quantize-all ~/.cache/huggingface/hub --to int8,fp16 --output ./small

Exit status: 0 all made, up to date or skipped, 1 something failed, 3 the quality gate refused something.`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'gate' | 'limit' | 'threads'> {
  /** int8 by default */
  readonly to?: readonly MethodName[];
  readonly output?: string;
  readonly tokenizer?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function quantizeAllCommand(): Command {
  return new Command('quantize-all')
    .description('Make variants of every model in a folder and below. What is up to date is left as it is.')
    .argument('<folder>', 'folder with model folders or .onnx files')
    .option(
      '--to <methods>',
      'what to make: int8, int8-static, q8, q4, fp16, auto; several with commas (default: int8)',
      methodList,
    )
    .option('--output <folder>', 'put variants here, in the same tree (default: beside their models)')
    .option('--tokenizer <path>', 'tokenizer.json or its folder, for models that have none')
    .option(
      '--gate <name>',
      'hold the variants against this gate: fp16, q8, int8, int4, strict, or one of the configuration',
    )
    .option(
      '--limit <metric=figure>',
      'a limit of your own, such as cosineP1=0.98; may be repeated',
      gateLimitWithoutTasks,
    )
    .option('--force', 'make again what is up to date, and write what the gate refuses, too')
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (folder: string, options: Options) => {
      const { run, gates, to } = await settingsOf(options);
      const line = progressLine();
      const outcome = await quantizeAll(folder, {
        ...{ output: options.output, tokenizer: options.tokenizer, force: options.force },
        ...{ threads: run.threads, ...gates },
        to: options.to ?? to ?? ['int8'],
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : formatBatchOutcome(outcome));
      const error = batchError(outcome);
      if (error !== undefined) {
        throw error;
      }
    });
}
