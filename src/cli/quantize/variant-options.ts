import { type Command, InvalidArgumentError } from 'commander';
import { OctavecError } from '../../base/index.js';
import { exists } from '../../files/index.js';
import { chooseWithOptions, type MethodName, methodNames } from '../../methods/index.js';
import type { VariantOptions } from '../../pipeline/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { type PoolingFlags, poolingFlags } from '../model-options.js';
import { configOption, gateLimitWithoutTasks, positiveInteger, proofTexts, wordList } from '../options.js';
import { printNote } from '../print-note.js';
import { addMethodFlags, methodOptionsOf } from './method-flags.js';

/** Flags of the commands that make variants, besides those of single methods. */
export interface VariantFlags extends Omit<ConfigurableFlags, 'engine' | 'cache' | 'task'>, PoolingFlags {
  readonly to?: readonly MethodName[];
  /** false by --no-calibration */
  readonly calibration?: string | false;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** false by --no-optimize */
  readonly optimize: boolean;
  readonly bench?: boolean;
}

/** Adds the options that say what is made, how, and what it is judged by. */
export function addVariantOptions(command: Command): Command {
  const common = command
    .option('--to <methods>', `what to make: ${methodNames.join(', ')}; several with commas`, methodList)
    .option(
      '--texts <file>',
      'compare on these texts: .txt or .jsonl; of a reranker on pairs, .jsonl or .csv with query and document (default: those of octavec)',
    )
    .option('--calibration <file>', 'calibrate on these texts: .txt or .jsonl (default: texts that come with octavec)')
    .option('--no-calibration', 'do not calibrate (faster, lower quality)')
    .option(
      '--include <patterns>',
      'quantize these layers only: roles such as ffn-down or embeddings, or names of nodes',
      wordList,
    )
    .option('--exclude <patterns>', 'leave these layers as they are', wordList)
    .option(
      '--gate <name>',
      'quality gate: fp16, q8, int8, int4, strict, or one of your configuration (default: that of the method)',
    )
    .option(
      '--limit <metric=figure>',
      'limit of your own, such as cosineP1=0.98; may be repeated',
      gateLimitWithoutTasks,
    );
  return addMethodFlags(common)
    .option('--no-optimize', 'quantize the graph as it is, without optimizing it first')
    .option('--bench', 'also measure speed and memory')
    .option('--threads <n>', 'number of threads', positiveInteger)
    .addOption(configOption());
}

/** Parses "int8,fp16", also given several times. */
function methodList(text: string, before: readonly MethodName[] = []): readonly MethodName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(methodNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not a method. Known: ${methodNames.join(', ')}.`);
  }
  return [...new Set([...before, ...(names as MethodName[])])];
}

/** What flags and configuration say of variants. */
interface VariantSettings {
  readonly options: Omit<VariantOptions, 'texts'>;
  /** The file that variants are compared on. What is in it depends on the kind of model. */
  readonly texts?: string;
  /** The configuration's template for names of files. */
  readonly names?: string;
}

/**
 * Combines the flags and the configuration. The configuration's texts calibrate where a method can use them.
 *
 * @param usual what is made where nobody says what
 */
export async function variantOptions(flags: VariantFlags, usual: readonly MethodName[] = []): Promise<VariantSettings> {
  const { run, gates, ...settings } = await settingsOf(flags);
  await checkThere(settings.texts);
  const to = chooseWithOptions(flags.to ?? settings.to ?? usual, methodOptionsOf(flags), settings.methods);
  // Commander gives true for a --no-… option that was not used.
  const own = typeof flags.calibration === 'string' ? flags.calibration : undefined;
  const options = {
    ...{ to, ...poolingFlags(flags), onNote: printNote, bench: flags.bench, threads: run.threads, ...gates },
    calibration: flags.calibration !== false && (await proofTexts(own ?? settings.calibration)),
    optimize: flags.optimize,
    selection: { include: flags.include, exclude: flags.exclude },
  };
  return { options, texts: settings.texts, names: settings.names };
}

/**
 * Refuses a file of texts that is not there, before a model is fetched for nothing.
 *
 * @throws FILE_NOT_FOUND
 */
async function checkThere(path: string | undefined): Promise<void> {
  if (path !== undefined && path !== '-' && !(await exists(path))) {
    throw new OctavecError('FILE_NOT_FOUND', { path, what: 'File of texts' });
  }
}
