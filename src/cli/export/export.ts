import { Command, Option } from 'commander';
import { type ExportTarget, exportModel, exportTargets } from '../../export/index.js';
import { folderWith } from '../../registry/index.js';
import { namedModel } from '../named-model.js';
import { configOption } from '../options.js';

const examples = `
Examples:
  octavec export ./all-MiniLM-L6-v2 --variant int8 --for transformers.js --out ./for-the-browser
  octavec export BAAI/bge-small-en-v1.5 --for tei --out ./tei

The folder is tried with octavec before it gets its name. The other program is not run.`;

interface Options {
  readonly for: ExportTarget;
  readonly out: string;
  readonly variant?: string;
  readonly offline?: boolean;
  readonly config?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .argument('<model>', 'model folder, a name of the hub, or minilm')
    .addOption(new Option('--for <program>', 'what is to load it').choices(exportTargets).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where to; a folder that is not there yet, or empty')
    .option('--variant <name>', 'which file of the model: int8, fp16, … (default: the highest precision)')
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (name: string, options: Options) => {
      const found = folderWith(await namedModel(name, options), options.variant);
      const exported = await exportModel(found, { for: options.for, output: options.out, variant: options.variant });
      const { target, folder, file, cosine, usage } = exported;
      process.stdout.write(
        options.json
          ? `${JSON.stringify(exported)}\n`
          : `${folder}: ${file}, for ${target}\nread again by octavec: cosine ${cosine.toFixed(6)} at least; ${target} itself was not run\n\n${usage}\n`,
      );
    });
}
