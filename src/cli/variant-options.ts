import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AutoPurpose, autoPurposes, type MethodName, methodNames } from '../methods/index.js';
import { isCalibrated, type VariantOptions } from '../pipeline/index.js';
import { q4BlockSizes, type RangeMethod, rangeMethods } from '../quantize/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { configOption, gateLimitWithoutTasks, number, positiveInteger, proofTexts, wordList } from './options.js';

/** Flags of the commands that make variants. */
export interface VariantFlags extends Omit<ConfigurableFlags, 'engine' | 'cache' | 'task'> {
  readonly to?: readonly MethodName[];
  readonly tokenizer?: string;
  /** false by --no-calibration */
  readonly calibration?: string | false;
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
  readonly bench?: boolean;
}

/** Adds the options that say what is made, how, and what it is held against. */
export function addVariantOptions(command: Command): Command {
  return command
    .option('--to <methods>', 'what to make: int8, int8-static, q8, q4, fp16, auto; several with commas', methodList)
    .option('--tokenizer <path>', 'tokenizer.json or its folder, where a model has none')
    .option('--texts <file>', 'compare on own texts: .txt or .jsonl (default: texts that octavec brings)')
    .option('--calibration <file>', 'calibrate on own texts: .txt or .jsonl (default: texts that octavec brings)')
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
      new Option(
        '--block-size <n>',
        'q4: weights that share a scale, where they have 4 bits; those of 8 bits keep 32 (default: 32)',
      ).choices(q4BlockSizes.map(String)),
    )
    .option('--symmetric', 'q4: no zero points in 4 bits (a little smaller, clearly worse); 8 bits never have any')
    .option('--no-optimize', 'quantize the graph as it is, without tidying it first')
    .option('--bench', 'measure speed and memory as well')
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .addOption(configOption());
}

/** "int8,fp16", also given several times. */
function methodList(text: string, before: readonly MethodName[] = []): readonly MethodName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(methodNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not a method. Known: ${methodNames.join(', ')}.`);
  }
  return [...new Set([...before, ...(names as MethodName[])])];
}

/**
 * What the flags and the configuration say. Texts of the configuration are calibrated with where a method can use them.
 *
 * @param usual what is made where nobody says what
 */
export async function variantOptions(flags: VariantFlags, usual: readonly MethodName[] = []): Promise<VariantOptions> {
  const { run, gates, ...settings } = await settingsOf(flags);
  const { targetCosineP1, targetOverlap, maxLoss, for: purpose, weightsOnly, range, symmetric } = flags;
  const to = flags.to ?? settings.to ?? usual;
  // Commander gives true for a --no-… option that was not used.
  const own = typeof flags.calibration === 'string' ? flags.calibration : undefined;
  const configured = isCalibrated(to) ? settings.calibration : undefined;
  return {
    ...{ to, tokenizer: flags.tokenizer, bench: flags.bench, threads: run.threads, ...gates },
    texts: await proofTexts(settings.texts),
    calibration: flags.calibration !== false && (await proofTexts(own ?? configured)),
    optimize: flags.optimize,
    auto: { targetCosineP1, targetOverlap, maxLoss, purpose },
    selection: { include: flags.include, exclude: flags.exclude },
    forms: { weightsOnly, range, symmetric, blockSize: q4BlockSizes.find((size) => String(size) === flags.blockSize) },
  };
}
