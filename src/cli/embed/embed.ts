import { Command, Option } from 'commander';
import { counted, OctavecError, pickOptions, printable } from '../../base/index.js';
import {
  checkOutput,
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  embedToFile,
  embedToFileOptionChecks,
  needsRanges,
  readRanges,
  type SkippedText,
  type StoredType,
  storedTypes,
  writeRanges,
} from '../../bulk/index.js';
import { Embedder, type EmbedderOptions, type VectorRanges } from '../../embed/index.js';
import type { Device, MemoryMode } from '../../engine/index.js';
import { overridesOf } from '../../model/index.js';
import { folderWith } from '../../registry/index.js';
import {
  type InvalidRow,
  joinSources,
  openTexts,
  someTexts,
  type TextFormat,
  type TextSource,
  textFormats,
  textsAsSource,
} from '../../texts/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { addModelOptions, type ModelFlags } from '../model-options.js';
import { namedModel } from '../named-model.js';
import { configOption, deviceOption, engineOption, memoryOption, overLongOption, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';
import { printVectors } from './print-vectors.js';
import { tellSkipped } from './skipped-texts.js';

const examples = `
Examples:
  octavec embed ./all-MiniLM-L6-v2 "hello world"
  octavec embed ./e5-small-v2 --variant int8 --prompt "query: " --file questions.txt --out questions.npy
  octavec embed ./all-MiniLM-L6-v2 --variant int8 --file corpus.jsonl --field content --out corpus.parquet
  zcat corpus.jsonl.gz | octavec embed ./all-MiniLM-L6-v2 --file - --type int8 --ranges ranges.json --out corpus.npy

With --out, a run that was interrupted resumes when the same command is started again.`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'engine' | 'threads'>, ModelFlags {
  readonly file?: string;
  readonly format?: TextFormat;
  readonly field?: string;
  readonly out?: string;
  readonly restart?: boolean;
  readonly type: StoredType;
  readonly ranges?: string;
  readonly dimensions?: number;
  readonly digits?: number;
  readonly lossy?: boolean;
  readonly onError?: 'fail' | 'skip';
  readonly skipped?: string;
  readonly overLong?: 'truncate' | 'error' | 'chunk';
  readonly overlap?: number;
  readonly variant?: string;
  readonly prompt?: string;
  readonly promptName?: string;
  readonly pool?: number;
  readonly memory?: MemoryMode;
  readonly device?: Device;
  readonly json?: boolean;
}

export function embedCommand(): Command {
  const command = new Command('embed')
    .argument(
      '[model]',
      'model folder, .onnx file, a name of the hub, or minilm (default with --file: that of the configuration)',
    )
    .argument('[texts...]', 'texts to embed')
    .option(
      '--file <file>',
      'read texts from .txt (one a line), .jsonl, .json, .csv, .tsv, also with .gz, .parquet, or - for a pipe',
    )
    .addOption(new Option('--format <name>', 'format of the file, if its name does not tell').choices(textFormats))
    .option('--field <name>', 'field or column that holds the text (default: text)')
    .option('--out <file>', 'write to .jsonl, .npy or .parquet instead of standard output')
    .option('--restart', 'start afresh instead of resuming an unfinished --out')
    .addOption(
      new Option('--type <name>', 'type of the numbers; base64 contains float32')
        .choices(storedTypes)
        .default('float32'),
    )
    .option(
      '--ranges <file>',
      'int8, uint8: file with the range of each dimension; made from the first texts if it does not exist',
    )
    .option('--lossy', 'read bytes that are not UTF-8 as U+FFFD')
    .addOption(
      new Option('--on-error <action>', 'a line, row or text that cannot be embedded (default: fail)').choices([
        'fail',
        'skip',
      ]),
    )
    .option('--skipped <file>', 'write what was skipped to this .jsonl (default: <out>.skipped.jsonl)')
    .option(
      '--digits <n>',
      'significant digits in JSON (default: the fewest that give the same float32)',
      positiveInteger,
    )
    .option('--dimensions <n>', 'shorten vectors, for models trained for it (Matryoshka)', positiveInteger)
    .addOption(overLongOption())
    .option('--overlap <n>', 'chunk: tokens by which windows overlap', positiveInteger)
    .option('--prompt <text>', 'put this before every text')
    .option('--prompt-name <name>', "one of the model's own prompts, such as query")
    .option('--variant <name>', 'variant in the folder: int8, fp16, … (default: the highest precision)')
    .addOption(engineOption())
    .addOption(deviceOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--pool <n>', 'sessions that share the work', positiveInteger)
    .addOption(memoryOption())
    .addOption(configOption())
    .option('--json', 'print one JSON document: the vectors, or with --out a summary');
  return addModelOptions(command)
    .addHelpText('after', examples)
    .action(async (model: string | undefined, given: string[], options: Options) => {
      checkOptions(options);
      /** Lines and rows without a text. */
      const invalid: SkippedText[] = [];
      const source = await sourceOf(model, given, options, ({ place, problem }) => {
        invalid.push({ place, reason: `it ${problem}` });
      });
      const isLoud = process.stderr.isTTY && !options.json;
      const tell = (text: string) => process.stderr.write(`${text}\n`);
      const signal = interruptSignal();
      await using embedder = await openEmbedder(model, options, {
        ...overridesOf(options),
        variant: options.variant,
        memory: options.memory,
        device: options.device,
        workers: options.pool,
        signal,
        onReady: isLoud ? tell : undefined,
        onNote: printNote,
      });
      const ranges = await givenRanges(options, options.dimensions ?? embedder.dimensions);
      const line = progressLine();
      const settings = {
        ...pickOptions<EmbedToFileOptions>({ ...options, ranges, signal }, embedToFileOptionChecks),
        onProgress: line.onProgress,
      };
      const write = options.out === undefined ? printVectors(options) : writeVectors(options, options.out, isLoud);
      const { texts, truncated, emptyLines, skipped } = await write(embedder, source, settings).finally(line.done);
      if (options.onError === 'skip') {
        const path = options.skipped ?? (options.out && `${options.out}.skipped.jsonl`);
        await tellSkipped([...invalid, ...skipped], path);
      }
      const lossyLines = source.lossyLines?.() ?? 0;
      if (lossyLines > 0) {
        tell(`note: ${counted(lossyLines, 'line')} not UTF-8; U+FFFD stands for what is not`);
      }
      if (truncated > 0) {
        tell(
          `note: ${truncated} of ${counted(texts, 'text')} ${truncated === 1 ? 'is' : 'are'} longer than ${embedder.maxTokens} tokens; only the ${embedder.model.truncationSide === 'left' ? 'end' : 'beginning'} counted`,
        );
      }
      if (emptyLines > 0) {
        tell(`note: ${emptyLines} empty line${emptyLines === 1 ? ' was' : 's were'} passed over`);
      }
    });
}

/** Opens the named model, or else that of the configuration. */
async function openEmbedder(model: string | undefined, options: Options, settings: EmbedderOptions): Promise<Embedder> {
  if (model === undefined) {
    const { engine, threads } = options;
    await import('../../configured/index.js');
    return Embedder.fromConfig(options.config, { ...settings, engine, threads });
  }
  const { run } = await settingsOf(options);
  const found = await namedModel(model, options);
  return Embedder.load(folderWith(found, options.variant), { ...settings, ...run });
}

/** Checks what can be wrong before anything is opened. */
function checkOptions({ out, type, ranges }: Options): void {
  if (out !== undefined) {
    checkOutput(out, type);
  } else if (needsRanges(type) && ranges === undefined) {
    throw new OctavecError('USAGE', {
      problem: `${type} numbers mean nothing without the ranges of the dimensions`,
      hint: 'Give --ranges <file>, or --out <file> to take them from the first texts.',
    });
  }
}

/** Returns the texts on the command line, then those of the file. */
async function sourceOf(
  model: string | undefined,
  given: readonly string[],
  { file, format, field, lossy, onError }: Options,
  onInvalid: (row: InvalidRow) => void,
): Promise<TextSource> {
  if (file === undefined) {
    if (given.length === 0) {
      throw new OctavecError('USAGE', {
        problem:
          model === undefined
            ? 'There are no texts'
            : `There are no texts: "${printable(model)}", which comes first, was taken for the model`,
        hint:
          model === undefined
            ? 'Give the model and then texts, or --file <file>.'
            : `Give the model and then texts, or --file <file>. With the embedded model: octavec embed minilm ${JSON.stringify(printable(model))}.`,
      });
    }
    return textsAsSource(given);
  }
  const source = someTexts(
    await openTexts(file, { format, field, lossy, onInvalid: onError === 'skip' ? onInvalid : undefined }),
  );
  return given.length === 0 ? source : joinSources(textsAsSource(given), source);
}

async function givenRanges(
  { type, ranges: path, out }: Options,
  dimensions: number,
): Promise<VectorRanges | undefined> {
  if (!needsRanges(type) || path === undefined) {
    return undefined;
  }
  const ranges = await readRanges(path, dimensions);
  if (ranges === undefined && out === undefined) {
    throw new OctavecError('FILE_NOT_FOUND', { path, what: 'The ranges' });
  }
  return ranges;
}

/** With fewer texts the ranges say little of others. */
const textsForRanges = 100;

/** Writes to a file, and says what was done. */
function writeVectors({ ranges: rangesPath, json }: Options, out: string, isLoud: boolean) {
  return async (embedder: Embedder, source: TextSource, settings: EmbedToFileOptions): Promise<EmbedToFileOutcome> => {
    const start = performance.now();
    const outcome = await embedToFile(embedder, source, out, settings);
    const { ranges, skipped, ...facts } = outcome;
    if (ranges !== undefined && settings.ranges === undefined) {
      if (rangesPath !== undefined) {
        await writeRanges(rangesPath, ranges);
      }
      if (outcome.texts < textsForRanges || rangesPath === undefined) {
        const few = outcome.texts < textsForRanges ? `only ${counted(outcome.texts, 'text')}` : 'the first texts';
        const keep = rangesPath === undefined ? '; --ranges keeps them, so that other vectors can be compared' : '';
        process.stderr.write(`note: the ranges of the ${outcome.type} numbers are those of ${few}${keep}\n`);
      }
    }
    const seconds = (performance.now() - start) / 1000;
    if (json) {
      process.stdout.write(`${JSON.stringify({ ...facts, skipped: skipped.length, seconds })}\n`);
    } else if (isLoud) {
      const { texts, resumedAt } = outcome;
      const before = resumedAt > 0 ? `, ${resumedAt} of them earlier` : '';
      process.stderr.write(`\r\x1b[2K${out}: ${counted(texts, 'text')}${before}, ${seconds.toFixed(1)} s\n`);
    }
    return outcome;
  };
}
