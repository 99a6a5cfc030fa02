import { Command } from 'commander';
import { overridesOf } from '../model/index.js';
import { checkedMethods, gateError, isReranker, quantize, quantizeReranker } from '../pipeline/index.js';
import { formatQuantizeOutcome, formatRerankerOutcome } from '../report/index.js';
import { withFlags } from './flags.js';
import { interruptSignal } from './interrupt.js';
import { addModelOptions, type ModelFlags } from './model-options.js';
import { namedModel } from './named-model.js';
import { progressLine } from './progress-line.js';
import { addVariantOptions, type VariantFlags, variantOptions } from './variant-options.js';

const examples = `
Examples:
  octavec quantize ./all-MiniLM-L6-v2 --to int8
  octavec quantize BAAI/bge-small-en-v1.5 --to int8
  octavec quantize ./bge-small-en-v1.5 ./out --to int8,fp16 --bench
  octavec quantize encoder.onnx --to int8 --tokenizer ./tokenizer.json
  octavec quantize ./all-MiniLM-L6-v2 --to auto --target-cosine-p1 0.995

What fails with one variant does not stop the others. Exit status: 0 all made, 1 something failed, 3 the quality gate
refused something.`;

interface Options extends VariantFlags, ModelFlags {
  readonly calibrationTable?: string;
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
    .option('--force', 'write variants that the gate refuses, too')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (model: string, output: string | undefined, flags: Options, command: Command) => {
      const { calibrationTable, force } = flags;
      const options = await variantOptions(flags);
      // Before a model is fetched for nothing.
      checkedMethods(options);
      const found = await namedModel(model, flags);
      const line = progressLine();
      const settings = {
        ...{ ...options, output: output ?? found.variants, modelOutput: flags.output, calibrationTable, force },
        onProgress: line.onProgress,
        signal: interruptSignal(),
      };
      const { outcome, text } = (await isReranker(found.original, overridesOf(flags)))
        ? await quantizeReranker(found.original, settings)
            .then((made) => ({ outcome: made, text: formatRerankerOutcome(made) }))
            .finally(line.done)
        : await quantize(found.original, settings)
            .then((made) => ({ outcome: made, text: formatQuantizeOutcome(made) }))
            .finally(line.done);
      process.stdout.write(flags.json ? `${JSON.stringify(outcome)}\n` : withFlags(text, [command]));
      const error = outcome.failures[0]?.error ?? (force ? undefined : gateError(outcome));
      if (error !== undefined) {
        throw error;
      }
    });
}
