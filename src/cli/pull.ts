import { Command } from 'commander';
import { OctavecError } from '../base/index.js';
import { readConfiguration } from '../config/index.js';
import { configuredHub } from '../configured/index.js';
import { type PulledModel, pullModel } from '../hub/index.js';
import { modelReference } from '../registry/index.js';
import { interruptSignal } from './interrupt.js';
import { configOption, wordList } from './options.js';
import { printNote } from './print-note.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec pull sentence-transformers/all-MiniLM-L6-v2
  octavec pull BAAI/bge-small-en-v1.5@main --precision fp16
  octavec pull https://huggingface.co/intfloat/e5-small-v2 --include '*.safetensors'

Files go to the cache that all programs of the Hugging Face family share (HF_HUB_CACHE, HF_HOME). HF_TOKEN opens what is
private or gated, HF_ENDPOINT names a mirror. An interrupted download resumes where it stopped.`;

interface Options {
  readonly revision?: string;
  readonly precision?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly all?: boolean;
  readonly offline?: boolean;
  readonly config?: string;
  readonly json?: boolean;
}

export function pullCommand(): Command {
  return new Command('pull')
    .argument('<names...>', 'owner/name, owner/name@revision, or the address of a model')
    .option('--revision <name>', 'branch, tag or commit (default: main)')
    .option('--precision <name>', 'which ONNX file: fp32, fp16, int8, … (default: the highest there is)')
    .option('--include <patterns>', 'also fetch these files', wordList)
    .option('--exclude <patterns>', 'leave these files out', wordList)
    .option('--all', 'fetch every file')
    .option('--offline', 'check what is in the cache, and fetch nothing')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (names: string[], options: Options) => {
      const configuration = await readConfiguration({ file: options.config });
      const settings = await configuredHub(configuration, options);
      const signal = interruptSignal();
      const pulled: (PulledModel & { readonly id: string })[] = [];
      for (const name of names) {
        const { id, revision } = await hubReference(name);
        const line = progressLine();
        const { precision, include, exclude, all } = options;
        const task = { precision, include, exclude, all, settings, signal, onProgress: line.onProgress, verify: true };
        const model = await pullModel({ id, revision: options.revision ?? revision }, task).finally(line.done);
        for (const path of model.repaired) {
          printNote(`${path} of ${id} was damaged, and has been fetched again`);
        }
        pulled.push({ id, ...model });
        if (!options.json) {
          process.stdout.write(`${model.folder}\n`);
        }
      }
      if (options.json) {
        process.stdout.write(`${JSON.stringify(pulled)}\n`);
      } else if (process.stderr.isTTY) {
        process.stderr.write(`Next: octavec quantize ${names[0]} --to int8\n`);
      }
    });
}

/**
 * Parses a name of the hub with its revision.
 *
 * @throws USAGE for what is no name of the hub
 */
async function hubReference(name: string): Promise<{ readonly id: string; readonly revision?: string }> {
  const isAddress = /^(https?|hf):/.test(name);
  const reference = await modelReference(isAddress ? name : `hf:${name}`);
  if (reference.kind !== 'hub') {
    throw new OctavecError('USAGE', { problem: `"${name}" is no name of the hub`, hint: 'Give it as owner/name.' });
  }
  return reference;
}
