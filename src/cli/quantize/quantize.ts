import { Command } from 'commander';
import { overridesOf } from '../../model/index.js';
import { checkedMethods, gateError, isReranker, quantize, quantizeReranker } from '../../pipeline/index.js';
import { formatQuantizeOutcome, formatRerankerOutcome } from '../../report/index.js';
import { readPairs } from '../../texts/index.js';
import { withFlags } from '../flags.js';
import { interruptSignal } from '../interrupt.js';
import { addModelOptions, type ModelFlags } from '../model-options.js';
import { namedModel } from '../named-model.js';
import { byteSize, proofTexts } from '../options.js';
import { progressLine } from '../progress-line.js';
import { addVariantOptions, type VariantFlags, variantOptions } from './variant-options.js';

const examples = `
Examples:
  octavec quantize ./all-MiniLM-L6-v2 --to int8
  octavec quantize BAAI/bge-small-en-v1.5 --to int8
  octavec quantize ./bge-small-en-v1.5 ./out --to int8,fp16 --bench
  octavec quantize encoder.onnx --to int8 --tokenizer ./tokenizer.json
  octavec quantize ./all-MiniLM-L6-v2 --to auto --target-cosine-p1 0.995
  octavec quantize ./all-MiniLM-L6-v2 --max-size 25MB      the best of fp16, q8, int8 and q4 that fits

What fails with one variant does not stop the others. Exit status: 0 all made, 1 something failed, 3 the quality gate
refused something, or nothing is as small as --max-size.`;

/** What is tried below a size where nobody says what: one of each size. */
const sizedMethods = ['fp16', 'q8', 'int8', 'q4'] as const;

interface Options extends VariantFlags, ModelFlags {
  readonly calibrationTable?: string;
  /** bytes */
  readonly maxSize?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function quantizeCommand(): Command {
  const quantizing = new Command('quantize')
    .argument('<model>', 'model folder, .onnx file, or a name of the hub')
    .argument(
      '[output]',
      "folder, or .onnx file for one variant (default: beside the original; for a name octavec's cache)",
    );
  return addModelOptions(addVariantOptions(quantizing))
    .option('--calibration-table <file>', 'keep the results of calibration in this file, and reuse them if it exists')
    .option(
      '--max-size <size>',
      'write one variant only: the closest to the original of those that fit, such as 25MB',
      byteSize,
    )
    .option('--force', 'also write variants that the gate refuses')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (model: string, output: string | undefined, flags: Options, command: Command) => {
      const { calibrationTable, force, maxSize } = flags;
      const { options, texts } = await variantOptions(flags, maxSize === undefined ? [] : sizedMethods);
      // Before a model is fetched for nothing.
      checkedMethods({ ...options, maxSize });
      const found = await namedModel(model, flags);
      const line = progressLine();
      const settings = {
        ...{
          ...options,
          output: output ?? found.variants,
          modelOutput: flags.output,
          calibrationTable,
          force,
          maxSize,
        },
        onProgress: line.onProgress,
        signal: interruptSignal(),
      };
      const { outcome, text } = (await isReranker(found.original, overridesOf(flags)))
        ? await quantizeReranker(found.original, { ...settings, queries: await ownQueries(flags) })
            .then((made) => ({ outcome: made, text: formatRerankerOutcome(made) }))
            .finally(line.done)
        : await quantize(found.original, { ...settings, texts: await proofTexts(texts) })
            .then((made) => ({ outcome: made, text: formatQuantizeOutcome(made) }))
            .finally(line.done);
      process.stdout.write(flags.json ? `${JSON.stringify(outcome)}\n` : withFlags(text, [command]));
      const error = outcome.failures[0]?.error ?? (force ? undefined : gateError(outcome));
      if (error !== undefined) {
        throw error;
      }
    });
}

/** Reads pairs for a reranker. The configuration's texts are for models that make vectors. */
async function ownQueries({ texts }: Options) {
  return texts === undefined ? undefined : readPairs(texts);
}
