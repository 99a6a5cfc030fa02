import { extname } from 'node:path';
import { Command } from 'commander';
import { OctavecError, writeOutputFile } from '../base/index.js';
import { Embedder, npyBytes, readTexts, type Vectors } from '../embed/index.js';
import { type ConfigurableFlags, settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import { configOption, engineOption, positiveInteger } from './options.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec embed ./all-MiniLM-L6-v2 "hello world"
  octavec embed ./e5-small-v2 --variant int8 --prompt "query: " --file questions.txt --out questions.npy`;

interface Options extends Pick<ConfigurableFlags, 'config' | 'engine' | 'threads'> {
  readonly file?: string;
  readonly out?: string;
  readonly variant?: string;
  readonly tokenizer?: string;
  readonly prompt?: string;
  readonly promptName?: string;
  readonly json?: boolean;
}

export function embedCommand(): Command {
  return new Command('embed')
    .description('Turn texts into vectors: a line of JSON for each text, or a NumPy file.')
    .argument('<model>', 'model folder or .onnx file')
    .argument('[texts...]', 'texts to embed')
    .option('--file <file>', 'read texts from a .txt (one a line) or .jsonl ("text" in each line) file')
    .option('--out <file>', 'write to a .jsonl or .npy file instead of the standard output')
    .option('--variant <name>', 'which file of the folder: int8, fp16, … (default: the highest precision)')
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if the model has none')
    .option('--prompt <text>', 'put this before every text')
    .option('--prompt-name <name>', "one of the model's own prompts, such as query")
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the run time', positiveInteger)
    .addOption(configOption())
    .option('--json', 'one JSON document instead of a line for each text')
    .addHelpText('after', examples)
    .action(async (model: string, given: string[], options: Options) => {
      const texts = options.file === undefined ? given : [...given, ...(await readTexts(options.file))];
      if (texts.length === 0) {
        throw new OctavecError('USAGE', { problem: 'There are no texts', hint: 'Give texts, or --file <file>.' });
      }
      const write = writerFor(options);
      const { run } = await settingsOf(options);
      await using embedder = await Embedder.load(model, { ...options, ...run });
      const line = progressLine();
      const vectors = await embedder
        .embed(texts, { ...options, signal: interruptSignal(), onProgress: line.onProgress })
        .finally(line.done);
      await write(texts, vectors);
      if (vectors.truncated > 0) {
        process.stderr.write(
          `note: ${vectors.truncated} of ${texts.length} texts are longer than ${embedder.maxTokens} tokens; only their beginning counted\n`,
        );
      }
    });
}

type Writer = (texts: readonly string[], vectors: Vectors) => Promise<void>;

function writerFor({ out, json }: Options): Writer {
  if (out === undefined) {
    return async (texts, vectors) => {
      process.stdout.write(json ? `${JSON.stringify(records(texts, vectors))}\n` : jsonLines(texts, vectors));
    };
  }
  switch (extname(out)) {
    case '.npy':
      return (_texts, vectors) => writeOutputFile(out, npyBytes(vectors));
    case '.jsonl':
      return (texts, vectors) => writeOutputFile(out, jsonLines(texts, vectors));
  }
  throw new OctavecError('USAGE', { problem: `${out} is neither .jsonl nor .npy`, hint: 'Choose one of the two.' });
}

function records(texts: readonly string[], vectors: Vectors): { text: string; embedding: number[] }[] {
  return texts.map((text, i) => ({ text, embedding: Array.from(vectors.at(i)) }));
}

function jsonLines(texts: readonly string[], vectors: Vectors): string {
  return records(texts, vectors)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
}
