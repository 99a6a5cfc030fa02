import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { OctavecError } from '../base/index.js';
import { distill, type TablePrecision, tablePrecisions } from '../distill/index.js';
import type { EngineChoice } from '../engine/index.js';
import { formatDistillation } from '../report/index.js';
import { readTexts } from '../texts/index.js';
import { interruptSignal } from './interrupt.js';
import { addPoolingOptions, type PoolingFlags, poolingFlags } from './model-options.js';
import { type NamedModelFlags, namedModel } from './named-model.js';
import { byteSize, engineOption, positiveInteger } from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec distill ./all-MiniLM-L6-v2 --texts documents.jsonl
  octavec distill BAAI/bge-small-en-v1.5 ./bge-static --size 8MB
  octavec distill ./all-MiniLM-L6-v2 ./minilm-static --texts none --dimensions 128
  octavec distill ./all-MiniLM-L6-v2 --vocabulary products.txt --texts tickets.txt

Texts need no labels. Those that the model is meant for do best; without --texts it is tuned on example sentences of WordNet.`;

interface Options extends NamedModelFlags, PoolingFlags {
  /** A file, or "none". */
  readonly texts?: string;
  /** false by --no-embedded-first */
  readonly embeddedFirst: boolean;
  readonly dimensions?: number;
  /** "own", or a file of words. */
  readonly vocabulary: string;
  readonly precision?: TablePrecision;
  /** bytes */
  readonly size?: number;
  readonly variant?: string;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly json?: boolean;
}

export function distillCommand(): Command {
  const command = new Command('distill')
    .argument('<teacher>', 'model folder, or a name of the hub')
    .argument('[output]', 'new folder (default: <name>-static in the working folder)')
    .option(
      '--texts <file>',
      'tune on the texts of this file, .txt, .jsonl, .json, .csv, .tsv, .gz, .parquet; or none (default: texts of octavec)',
    )
    .option('--no-embedded-first', 'do not tune on texts of octavec, which are English, before those of the file')
    .option('--dimensions <n>', 'length of the vectors (default: 256)', positiveInteger)
    .option(
      '--vocabulary <words>',
      "own: the teacher's; or a .txt with words and phrases to add to it, one a line",
      'own',
    )
    .addOption(
      new Option(
        '--precision <name>',
        'what the table is kept in (default: fp16; with --size the highest that fits)',
      ).choices(tablePrecisions),
    )
    .option('--size <size>', 'the most that the table may take: 8MB', byteSize)
    .option('--variant <name>', 'variant in the teacher folder (default: the highest precision)')
    .addOption(engineOption())
    .option('--threads <n>', 'threads for teacher and tuning', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .option('--json', 'print JSON');
  return addPoolingOptions(command)
    .addHelpText('after', examples)
    .action(async (name: string, output: string | undefined, options: Options) => {
      const { texts, vocabulary, dimensions, precision, size, variant, engine, threads } = options;
      const { original } = await namedModel(name, options);
      const line = progressLine();
      const distillation = await distill(original, {
        output: output ?? `${basename(resolve(name))}-static`,
        texts: texts === undefined ? 'embedded' : texts === 'none' ? 'none' : await readTexts(texts),
        words: vocabulary === 'own' ? undefined : await readWords(vocabulary),
        ...{ embeddedFirst: options.embeddedFirst, dimensions, precision, size, variant, engine, threads },
        ...poolingFlags(options),
        onProgress: line.onProgress,
        onNote: printNote,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(options.json ? `${JSON.stringify(distillation)}\n` : formatDistillation(distillation));
    });
}

/**
 * Reads words, one a line.
 *
 * @throws USAGE for a file without words, which must be another one than was meant
 */
async function readWords(path: string): Promise<string[]> {
  const words = await readTexts(path);
  if (words.length === 0) {
    throw new OctavecError('USAGE', {
      problem: `There is no word in ${path}`,
      hint: 'Put words and phrases into it, one a line, or leave --vocabulary out.',
    });
  }
  return words;
}
