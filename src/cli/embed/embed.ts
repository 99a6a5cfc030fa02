import { Command, Option } from 'commander';
import { OctavecError, pickOptions } from '../../base/index.js';
import {
  checkOutput,
  type EmbedToFileOptions,
  embedToFileOptionChecks,
  needsRanges,
  type SkippedText,
  type StoredType,
  storedTypes,
} from '../../bulk/index.js';
import { Embedder, type EmbedderOptions } from '../../embed/index.js';
import type { Device, MemoryMode } from '../../engine/index.js';
import { overridesOf } from '../../model/index.js';
import { folderWith } from '../../registry/index.js';
import { textFormats } from '../../texts/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { addModelOptions, type ModelFlags } from '../model-options.js';
import { namedModel } from '../named-model.js';
import { configOption, deviceOption, engineOption, memoryOption, overLongOption, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';
import { outcomeNotes } from './outcome-notes.js';
import { printVectors } from './print-vectors.js';
import { tellSkipped } from './skipped-texts.js';
import { type SourceFlags, sourceOf } from './source-of.js';
import { givenRanges, writeVectors } from './write-vectors.js';

const examples = `
Examples:
  octavec embed ./all-MiniLM-L6-v2 "hello world"
  octavec embed ./e5-small-v2 --variant int8 --prompt "query: " --file questions.txt --out questions.npy
  octavec embed ./all-MiniLM-L6-v2 --variant int8 --file corpus.jsonl --field content --out corpus.parquet
  zcat corpus.jsonl.gz | octavec embed ./all-MiniLM-L6-v2 --file - --type int8 --ranges ranges.json --out corpus.npy

With --out, a run that was interrupted resumes when the same command is started again.`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'engine' | 'threads'>, ModelFlags, SourceFlags {
  readonly out?: string;
  readonly restart?: boolean;
  readonly type: StoredType;
  readonly ranges?: string;
  readonly dimensions?: number;
  /** Significant ones. */
  readonly digits?: number;
  readonly skipped?: string;
  readonly overLong?: 'truncate' | 'error' | 'chunk';
  /** tokens */
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
      const signal = interruptSignal();
      await using embedder = await openEmbedder(model, options, {
        ...overridesOf(options),
        variant: options.variant,
        memory: options.memory,
        device: options.device,
        workers: options.pool,
        signal,
        onReady: isLoud ? (line) => process.stderr.write(`${line}\n`) : undefined,
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
      const { maxTokens, model: files } = embedder;
      outcomeNotes({ texts, truncated, emptyLines, lossyLines }, { ...files, maxTokens }).forEach(printNote);
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
