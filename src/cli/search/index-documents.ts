import { Command, InvalidArgumentError, Option } from 'commander';
import { OctavecError, shellWord } from '../../base/index.js';
import { Index, type UpdateOutcome, type VectorKind } from '../../search/index.js';
import { vectorKinds } from '../../store/index.js';
import { interruptSignal } from '../interrupt.js';
import { configOption, engineOption, positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';
import { progressLine } from '../progress-line.js';
import { type SearchModelFlags, searchModel } from '../search-model.js';
import { formatUpdate } from './update-text.js';

const examples = `
Examples:
  octavec index docs --out docs.index
  octavec index docs README.md --out docs.index --model BAAI/bge-small-en-v1.5 --variant int8
  octavec index corpus.jsonl --out corpus.index --field content --chunk-tokens none
  octavec index --out docs.index                         the same files again: only what changed is embedded
  octavec index docs --out docs.index --watch
  octavec index docs --out 'postgres://me@db.example/app?index=docs'     with pgvector; needs the package pg

Reads Markdown, text, HTML, PDF, Word (.docx), CSV, TSV, JSON lines, Parquet and source code. Started again after it was
killed, it resumes where it stopped. Search with: octavec search docs.index "…"`;

interface Options extends SearchModelFlags {
  readonly out: string;
  readonly model?: string;
  readonly variant?: string;
  readonly chunkTokens?: number | 'none';
  /** tokens */
  readonly chunkOverlap?: number;
  readonly vectors?: VectorKind;
  readonly dimensions?: number;
  readonly field?: string;
  readonly maxFileBytes?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

export function indexCommand(): Command {
  return new Command('index')
    .argument('[paths...]', 'files and folders (default: those that the index was made from)')
    .requiredOption('--out <index>', 'folder of the index, postgres://user@host/database?index=name, or lancedb:folder')
    .option('--model <model>', "model folder or name (default: the index's own, or minilm for a new one)")
    .option('--variant <name>', 'variant of the model: int8, fp16, …')
    .option('--chunk-tokens <n>', 'most tokens of a chunk, or none to take documents whole (default: 256)', chunkTokens)
    .option('--chunk-overlap <n>', 'tokens that chunks of a section share (default: 0)', positiveInteger)
    .addOption(
      new Option(
        '--vectors <kind>',
        'what is scanned first; float32 is kept for exact scores (default: int8; in PostgreSQL float16)',
      ).choices(vectorKinds),
    )
    .option('--dimensions <n>', 'shorten vectors, for models trained for it (Matryoshka)', positiveInteger)
    .option('--field <name>', 'field or column that holds the text of a row (default: text)')
    .option('--max-file-bytes <n>', 'pass over larger files, except of rows (default: 32000000)', positiveInteger)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--pool <n>', 'sessions that share the work', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .option('--watch', 'go on, and update the index whenever a file changes')
    .option('--json', 'print one JSON document, with --watch one for each update')
    .addHelpText('after', examples)
    .action(async (paths: string[], options: Options) => {
      const signal = interruptSignal();
      const { chunkTokens: tokens, chunkOverlap: overlap, model, variant, vectors, dimensions } = options;
      if (tokens === 'none' && overlap !== undefined) {
        throw new OctavecError('USAGE', {
          problem: '`chunkOverlap` says what chunks share, and with `chunkTokens: none` documents are not cut',
          hint: 'Give one of the two.',
        });
      }
      const isCut = tokens !== undefined || overlap !== undefined;
      const chunking =
        tokens === 'none' ? tokens : isCut ? { ...(tokens && { tokens }), ...(overlap && { overlap }) } : undefined;
      await using index = await Index.open(options.out, {
        ...{ model, variant, vectors, dimensions, chunking },
        loadModel: searchModel(options, signal),
        onNote: printNote,
      });
      const line = progressLine();
      const { field, maxFileBytes } = options;
      const settings = { field, maxFileBytes, signal, onProgress: line.onProgress };
      if (options.watch) {
        for await (const outcome of index.watch(paths, settings)) {
          line.done();
          await print(outcome, index, options);
        }
        return;
      }
      await print(await index.update(paths, settings).finally(line.done), index, options);
      if (!options.json) {
        const { documents } = await index.facts();
        process.stderr.write(
          documents === 0
            ? 'next: put documents into what was given, and run this again; there is nothing to search yet\n'
            : `next: octavec search ${shellWord(index.path)} "your question"\n`,
        );
      }
    });
}

async function print(outcome: UpdateOutcome, index: Index, { json }: Options): Promise<void> {
  const facts = await index.facts();
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...outcome, index: facts })}\n`);
    return;
  }
  process.stdout.write(formatUpdate(outcome, index.path, facts));
}

function chunkTokens(text: string): number | 'none' {
  if (text === 'none') {
    return text;
  }
  try {
    return positiveInteger(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number of at least 1, or none.');
  }
}
