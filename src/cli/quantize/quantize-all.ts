import { Command } from 'commander';
import { OctavecError } from '../../base/index.js';
import { batchError, quantizeAll } from '../../pipeline/index.js';
import { formatBatchOutcome } from '../../report/index.js';
import { withFlags } from '../flags.js';
import { interruptSignal } from '../interrupt.js';
import { addPoolingOptions } from '../model-options.js';
import { proofTexts } from '../options.js';
import { progressLine } from '../progress-line.js';
import { addVariantOptions, type VariantFlags, variantOptions } from './variant-options.js';

const examples = `
Without --to, int8 is made. Folders with weights and no ONNX file are converted first.

Examples:
  octavec quantize-all ~/models
  octavec quantize-all ~/models --names 'AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx'
  octavec quantize-all ~/.cache/huggingface/hub --to int8,fp16 --output ./small

Exit status: 0 all made, up to date or skipped, 1 something failed or could not be read, 3 the quality gate refused
something.`;

interface Options extends VariantFlags {
  readonly output?: string;
  /** true by --names alone */
  readonly names?: string | true;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function quantizeAllCommand(): Command {
  const quantizing = new Command('quantize-all').argument('<folder>', 'folder with model folders or .onnx files');
  return addPoolingOptions(addVariantOptions(quantizing))
    .option('--output <folder>', 'put variants here, in the same tree (default: beside their models)')
    .option('--names [template]', 'name files by this template (default: models.names of the configuration)')
    .option('--force', 'make again what is up to date, and also write what the gate refuses')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (folder: string, flags: Options, command: Command) => {
      const { output, force } = flags;
      const { options, texts, names } = await variantOptions(flags, ['int8']);
      const line = progressLine();
      const outcome = await quantizeAll(folder, {
        ...{ ...options, texts: await proofTexts(texts), output, force, names: templateOf(flags.names, names) },
        onProgress: line.onProgress,
        signal: interruptSignal(),
      }).finally(line.done);
      process.stdout.write(
        flags.json ? `${JSON.stringify(outcome)}\n` : withFlags(formatBatchOutcome(outcome), [command]),
      );
      const error = batchError(outcome);
      if (error !== undefined) {
        throw error;
      }
    });
}

/**
 * Returns the template of names, from the flag or the configuration.
 *
 * @throws USAGE where neither the flag nor the configuration has one
 */
function templateOf(asked: Options['names'], configured: string | undefined): string | undefined {
  const template = asked === true ? configured : asked;
  if (asked === true && template === undefined) {
    throw new OctavecError('USAGE', {
      problem: 'There is no template of names',
      hint: 'Give one with --names, or as models.names in octavec.toml.',
    });
  }
  return template;
}
