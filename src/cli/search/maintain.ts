import { Command } from 'commander';
import { counted, OctavecError } from '../../base/index.js';
import { checkIndex, type Damage, migrateIndex, repairIndex } from '../../search/index.js';
import { interruptSignal } from '../interrupt.js';
import { configOption, engineOption, positiveInteger } from '../options.js';
import { progressLine } from '../progress-line.js';
import { type SearchModelFlags, searchModel } from '../search-model.js';

/** Makes `search check`, whose exit status is 1 where something is damaged. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Read every byte of an index, and name the files that are damaged.')
    .argument('<index>', 'folder of the index')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  octavec search check docs.index')
    .action(async (path: string, { json }: { readonly json?: boolean }) => {
      const line = progressLine();
      const damage = await checkIndex(path, { signal: interruptSignal(), onProgress: line.onProgress }).finally(
        line.done,
      );
      if (json) {
        process.stdout.write(`${JSON.stringify({ damage })}\n`);
      } else {
        process.stdout.write(damage.length === 0 ? 'All files are whole.\n' : listed(damage));
      }
      const [first] = damage;
      if (first !== undefined) {
        throw new OctavecError('INDEX_DAMAGED', first);
      }
    });
}

interface RepairOptions extends SearchModelFlags {
  readonly json?: boolean;
}

export function repairCommand(): Command {
  return new Command('repair')
    .description('Rebuild an index from its undamaged parts. Damaged vectors are embedded again from the texts.')
    .argument('<index>', 'folder of the index')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  octavec search repair docs.index')
    .action(async (path: string, options: RepairOptions) => {
      const signal = interruptSignal();
      const line = progressLine();
      const loadModel = searchModel(options, signal);
      const outcome = await repairIndex(path, { loadModel, signal, onProgress: line.onProgress }).finally(line.done);
      if (options.json) {
        process.stdout.write(`${JSON.stringify(outcome)}\n`);
        return;
      }
      const { damage, lost } = outcome;
      const losses = lost.map((id) => `  ${id}\n`).join('');
      const sum =
        lost.length === 0 ? 'Nothing is lost.\n' : `${counted(lost.length, 'document')} could not be kept:\n${losses}`;
      process.stdout.write(damage.length === 0 ? 'All files are whole.\n' : `Rebuilt:\n${listed(damage)}${sum}`);
      if (lost.length > 0) {
        process.stderr.write(`next: octavec index --out ${path}, which brings back what comes from files\n`);
      }
    });
}

interface MigrateFlags extends RepairOptions {
  readonly model: string;
  readonly variant?: string;
  readonly pool?: number;
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Embed an index again with another model. Searches continue meanwhile; it changes in one step at the end.',
    )
    .argument('<index>', 'folder of the index')
    .requiredOption('--model <model>', 'model folder or name')
    .option('--variant <name>', 'variant of the model: int8, fp16, …')
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--pool <n>', 'sessions that share the work', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(configOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  octavec search migrate docs.index --model BAAI/bge-small-en-v1.5 --variant int8',
    )
    .action(async (path: string, options: MigrateFlags) => {
      const { model, variant, json } = options;
      const signal = interruptSignal();
      const line = progressLine();
      const loadModel = searchModel(options, signal);
      const embedded = await migrateIndex(path, {
        ...{ model, variant, loadModel, signal, onProgress: line.onProgress },
      }).finally(line.done);
      process.stdout.write(
        json ? `${JSON.stringify({ embedded })}\n` : `${counted(embedded, 'document')} embedded with ${model}\n`,
      );
    });
}

function listed(damage: readonly Damage[]): string {
  return damage.map(({ path, why }) => `  ${path}: ${why}\n`).join('');
}
