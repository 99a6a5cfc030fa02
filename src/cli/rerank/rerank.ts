import { Command, Option } from 'commander';
import { OctavecError } from '../../base/index.js';
import type { MemoryMode } from '../../engine/index.js';
import { folderWith } from '../../registry/index.js';
import { formatRanking } from '../../report/index.js';
import { Reranker, type ScoreActivation, scoreActivations } from '../../rerank/index.js';
import { openTexts, type TextFormat, type TextRecord, textFormats } from '../../texts/index.js';
import { type ConfigurableFlags, settingsOf } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { namedModel } from '../named-model.js';
import { configOption, memoryOption, positiveInteger } from '../options.js';
import { progressLine } from '../progress-line.js';
import { rankingJson } from './ranking-json.js';

const examples = `
Examples:
  octavec rerank BAAI/bge-reranker-base --query "How do cats sleep?" "Cats sleep a lot." "Dogs bark."
  octavec rerank ./ms-marco-MiniLM-L6-v2 --query "How do cats sleep?" --file found.jsonl --top 10 --json
  octavec rerank ./bge-reranker-base --variant int8 --query "How do cats sleep?" --file passages.txt`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'threads'> {
  readonly query: string;
  readonly file?: string;
  readonly format?: TextFormat;
  readonly field?: string;
  readonly top?: number;
  readonly activation?: ScoreActivation;
  readonly overLong?: 'truncate' | 'error';
  readonly variant?: string;
  readonly tokenizer?: string;
  readonly maxTokens?: number;
  readonly output?: string;
  readonly pool?: number;
  readonly memory?: MemoryMode;
  readonly offline?: boolean;
  readonly json?: boolean;
}

export function rerankCommand(): Command {
  return new Command('rerank')
    .argument('<model>', 'cross-encoder: model folder, .onnx file, or a name of the hub')
    .argument('[texts...]', 'texts to rank')
    .requiredOption('--query <text>', 'the question that the texts should answer')
    .option(
      '--file <file>',
      'read texts from .txt, .jsonl, .json, .csv, .tsv, also with .gz, .parquet, or - for a pipe',
    )
    .addOption(new Option('--format <name>', 'format of the file, if its name does not tell').choices(textFormats))
    .option('--field <name>', 'field or column that holds the text (default: text)')
    .option('--top <n>', 'print the best n only', positiveInteger)
    .addOption(
      new Option(
        '--activation <name>',
        "function that turns the model's outputs into scores (default: as its configuration says, else sigmoid)",
      ).choices(scoreActivations),
    )
    .addOption(
      new Option('--over-long <policy>', 'pairs longer than the model takes (default: truncate the text)').choices([
        'truncate',
        'error',
      ]),
    )
    .option('--variant <name>', 'variant in the folder: int8, fp16, … (default: the highest precision)')
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if the model has none')
    .option('--max-tokens <n>', "longest pair in tokens (default: the model's own)", positiveInteger)
    .option('--output <name>', "the graph's output that holds scores, where there are several")
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--pool <n>', 'sessions that share the work', positiveInteger)
    .addOption(memoryOption())
    .addOption(configOption())
    .option('--offline', 'use what is on this machine, and never the network')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples)
    .action(async (model: string, given: string[], options: Options) => {
      const records = await recordsOf(given, options);
      const texts = records.map(({ text }) => text);
      const { run } = await settingsOf(options);
      const { activation, variant, tokenizer, maxTokens, output, pool, memory, overLong, top } = options;
      const signal = interruptSignal();
      const line = progressLine();
      const found = await namedModel(model, options);
      await using reranker = await Reranker.load(folderWith(found, variant), {
        ...{ activation, variant, tokenizer, maxTokens, output, memory, signal },
        threads: run.threads,
        workers: pool,
      });
      const task = { overLong, signal, onProgress: line.onProgress };
      const ranked = await reranker.rank(options.query, texts, { ...task, topN: top }).finally(line.done);
      if (options.json) {
        process.stdout.write(`${rankingJson(options.query, reranker.activation, ranked, records)}\n`);
      } else {
        process.stdout.write(formatRanking(ranked));
      }
    });
}

/** Reads the texts on the command line, then those of the file. */
async function recordsOf(given: readonly string[], { file, format, field }: Options): Promise<readonly TextRecord[]> {
  const records: TextRecord[] = given.map((text) => ({ text }));
  if (file !== undefined) {
    for await (const record of (await openTexts(file, { format, field })).records) {
      if (record.text !== '') {
        records.push(record);
      }
    }
  }
  if (records.length === 0) {
    throw new OctavecError('USAGE', {
      problem: file === undefined ? 'There are no texts to rank' : `${file} holds no texts`,
      hint: 'Give the model and then texts, or --file <file>.',
    });
  }
  return records;
}
