import { Command, Option } from 'commander';
import { OctavecError } from '../base/index.js';
import { type AutoPurpose, autoPurposes, gateError, type MethodName, quantizeModel } from '../pipeline/index.js';
import { q4BlockSizes, type RangeMethod, rangeMethods } from '../quantize/index.js';
import { formatQuantizeOutcome } from '../report/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import {
  configOption,
  gateLimitWithoutTasks,
  methodList,
  number,
  positiveInteger,
  proofTexts,
  wordList,
} from './options.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec quantize ./all-MiniLM-L6-v2 --to int8
  octavec quantize ./bge-small-en-v1.5 ./out --to int8,fp16 --bench
  octavec quantize encoder.onnx --to int8 --tokenizer ./tokenizer.json
  octavec quantize ./all-MiniLM-L6-v2 --to auto --target-cosine-p1 0.995`;

interface Options extends Omit<ConfigurableFlags, 'engine' | 'cache' | 'task'> {
  readonly to?: readonly MethodName[];
  readonly tokenizer?: string;
  /** false by --no-calibration */
  readonly calibration?: string | false;
  readonly calibrationTable?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly targetCosineP1?: number;
  readonly targetOverlap?: number;
  readonly maxLoss?: number;
  readonly for?: AutoPurpose;
  readonly weightsOnly?: boolean;
  readonly range?: RangeMethod;
  readonly blockSize?: string;
  readonly symmetric?: boolean;
  /** false by --no-optimize */
  readonly optimize: boolean;
  readonly force?: boolean;
  readonly bench?: boolean;
  readonly json?: boolean;
}

export function quantizeCommand(): Command {
  return new Command('quantize')
    .description('Make smaller variants of a model, and prove them against it before they get their names.')
    .argument('<model>', 'model folder or .onnx file')
    .argument('[output]', 'folder, or .onnx file for one variant (default: beside the original)')
    .option('--to <methods>', 'what to make: int8, int8-static, q8, q4, fp16, auto; several with commas', methodList)
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if the model has none')
    .option('--texts <file>', 'compare on own texts: .txt or .jsonl (default: texts that octavec brings)')
    .option('--calibration <file>', 'calibrate on own texts: .txt or .jsonl (default: texts that octavec brings)')
    .option('--calibration-table <file>', 'keep what calibration saw in this file, and use it again if it is there')
    .option('--no-calibration', 'do not run the model to see its activations (faster, worse)')
    .option(
      '--include <patterns>',
      'quantize only these: roles such as ffn-down, embeddings, or names of nodes',
      wordList,
    )
    .option('--exclude <patterns>', 'leave these as they are', wordList)
    .option(
      '--gate <name>',
      'hold the variants against this gate: fp16, q8, int8, int4, strict, or one of the configuration',
    )
    .option(
      '--limit <metric=figure>',
      'a limit of your own, such as cosineP1=0.98; may be repeated',
      gateLimitWithoutTasks,
    )
    .option('--target-cosine-p1 <x>', 'auto: hold this 1st percentile of cosines (default: 0.995)', number)
    .option('--target-overlap <x>', 'auto: keep this share of the ten nearest neighbours', number)
    .option('--max-loss <x>', 'auto: lose at most this on average, as 1 − cosine', number)
    .addOption(new Option('--for <purpose>', 'auto: make it the smallest or the fastest').choices(autoPurposes))
    .option('--weights-only', 'fp16: keep weights in half precision and calculate in FP32')
    .addOption(
      new Option('--range <method>', 'int8-static: how ranges of activations are found (default: minmax)').choices(
        rangeMethods,
      ),
    )
    .addOption(
      new Option('--block-size <n>', 'q4: weights that share a scale (default: 32)').choices(q4BlockSizes.map(String)),
    )
    .option('--symmetric', 'q4: no zero points (a little smaller, clearly worse)')
    .option('--no-optimize', 'quantize the graph as it is, without tidying it first')
    .option('--force', 'write what the gate refuses, too')
    .option('--bench', 'measure speed and memory as well')
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (model: string, output: string | undefined, options: Options) => {
      // Commander gives true for a --no-… option that was not used.
      const own = typeof options.calibration === 'string' ? options.calibration : undefined;
      const { run, gates, ...settings } = await settingsOf(options);
      const to = options.to ?? settings.to;
      if (to === undefined) {
        throw new OctavecError('USAGE', {
          problem: 'It is not said what to make',
          hint: 'Add --to int8, for example.',
        });
      }
      const { targetCosineP1, targetOverlap, maxLoss, for: purpose, weightsOnly, range, symmetric } = options;
      const blockSize = q4BlockSizes.find((size) => String(size) === options.blockSize);
      const line = progressLine();
      const outcome = await quantizeModel(model, {
        ...{ to, output, tokenizer: options.tokenizer, force: options.force, bench: options.bench },
        ...{ threads: run.threads, ...gates },
        texts: await proofTexts(settings.texts),
        calibrationTable: options.calibrationTable,
        optimize: options.optimize,
        calibration: options.calibration !== false && (await proofTexts(own ?? settings.calibration)),
        auto: { targetCosineP1, targetOverlap, maxLoss, purpose },
        selection: { include: options.include, exclude: options.exclude },
        forms: { weightsOnly, range, blockSize, symmetric },
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : formatQuantizeOutcome(outcome));
      const refused = gateError(outcome);
      if (refused !== undefined && !options.force) {
        throw refused;
      }
    });
}
