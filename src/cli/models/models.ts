import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { OctavecError } from '../../base/index.js';
import { type ListedModel, listModels, planPrune, resolveModel } from '../../registry/index.js';
import { formatModel, formatModels, styleOf } from '../../report/index.js';
import { aliasCommand } from './alias.js';
import { configured, modelsNamed } from './models-named.js';
import { carryOut, planRemovals } from './removal.js';
import { verifyModels } from './verify-models.js';

const examples = `
Examples:
  octavec models                                    what is on this machine
  octavec models list ~/models                      in a folder of model folders as well
  octavec models show BAAI/bge-small-en-v1.5
  octavec models show AVA-ONX-384-gte-int8.onnx     by a name after models.names of the configuration
  octavec models verify                             hash every file again
  octavec models remove BAAI/bge-small-en-v1.5      says what would be removed; --yes removes it
  octavec models prune --yes                        revisions that newer ones have replaced
  octavec models alias set house BAAI/bge-m3        a name of your own`;

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

export function modelsCommand(): Command {
  const models = new Command('models').addHelpText('after', examples);
  models
    .command('list', { isDefault: true })
    .description('list models: in the shared cache, and in folders that are named')
    .argument('[folders...]', 'folders that hold model folders')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models list ~/models')
    .action(async (folders: string[], { json }: Options) => {
      checkFolders(folders, models.commands);
      const { settings, models: own, template } = await configured();
      const found = await listModels([...folders, ...(own?.folders ?? [])], { settings, template });
      process.stdout.write(
        json ? `${JSON.stringify(found.flatMap(asEntries))}\n` : formatModels(found, styleOf(process.stdout)),
      );
    });
  models
    .command('show')
    .description('show what is known of a model')
    .argument('<name>', 'owner/name, a folder, or a name after the template models.names')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models show BAAI/bge-small-en-v1.5')
    .action(async (name: string, { json }: Options) => {
      for (const model of await modelsNamed(name)) {
        process.stdout.write(json ? `${JSON.stringify(model)}\n` : formatModel(model));
      }
    });
  models
    .command('path')
    .description('print the folder of a model, or the file that a template names')
    .argument('<name>', 'owner/name, or a name after the template models.names')
    .addHelpText('after', '\nExample:\n  octavec models path BAAI/bge-small-en-v1.5')
    .action(async (name: string) => {
      const { settings, models } = await configured();
      const { original } = await resolveModel(name, { ...models, settings, offline: true });
      process.stdout.write(`${original}\n`);
    });
  models
    .command('verify')
    .description('hash files of the cache again; exit status 1 if one is damaged')
    .argument('[names...]', 'owner/name (default: all)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models verify')
    .action(async (names: string[], { json }: Options) => {
      const chosen =
        names.length === 0
          ? await listModels([], await configured())
          : (await Promise.all(names.map(modelsNamed))).flat();
      await verifyModels(chosen, json);
    });
  models
    .command('remove')
    .description('remove models of the cache, and the variants that octavec made of them')
    .argument('<names...>', 'owner/name, or owner/name@revision')
    .option('--yes', 'remove; without it, say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models remove BAAI/bge-small-en-v1.5 --yes')
    .action(async (names: string[], options: Options) => {
      await carryOut(await planRemovals(names), options);
    });
  models
    .command('prune')
    .description('remove revisions that no branch or tag leads to any more')
    .option('--yes', 'remove; without it, say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models prune --yes')
    .action(async (options: Options) => carryOut(await planPrune(await configured()), options));
  models.addCommand(aliasCommand());
  return models;
}

/**
 * Refuses folders that are not there, which are mistyped, or mistyped subcommands.
 *
 * @throws FILE_NOT_FOUND
 */
function checkFolders(folders: readonly string[], subcommands: readonly Command[]): void {
  for (const path of folders) {
    if (!existsSync(path)) {
      const names = subcommands.map((command) => command.name()).join(', ');
      const hint = `Give a folder that holds models, or one of ${names}.`;
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'Folder', hint });
    }
  }
}

/** Returns an entry for each file that can be run, as applications read it. */
function asEntries(model: ListedModel): object[] {
  const { variants, ...facts } = model;
  return variants.length === 0
    ? [{ ...facts, isQuantized: false, quantizationType: null }]
    : variants.map((variant) => ({ ...facts, ...variant }));
}
