import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Command } from 'commander';
import { formatBytes, OctavecError } from '../../base/index.js';
import { type Configuration, readConfiguration } from '../../config/index.js';
import { configuredHub } from '../../configured/index.js';
import { damagedFiles } from '../../hub/index.js';
import { nameTemplate } from '../../model/index.js';
import {
  asTemplateName,
  findByTemplate,
  type ListedModel,
  type ListOptions,
  listModels,
  planPrune,
  planRemoval,
  type Removal,
  resolveModel,
} from '../../registry/index.js';
import { formatModel, formatModels, styleOf } from '../../report/index.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';
import { aliasCommand } from './alias.js';

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
      const { settings, models, template } = await configured();
      const found = await listModels([...folders, ...(models?.folders ?? [])], { settings, template });
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
      for (const model of await named(name)) {
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
        names.length === 0 ? await listModels([], await configured()) : (await Promise.all(names.map(named))).flat();
      await verify(chosen, json);
    });
  models
    .command('remove')
    .description('remove models of the cache, and the variants that octavec made of them')
    .argument('<names...>', 'owner/name, or owner/name@revision')
    .option('--yes', 'remove; without it, say what would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  octavec models remove BAAI/bge-small-en-v1.5 --yes')
    .action(async (names: string[], options: Options) => {
      for (const name of names) {
        const removal = await planRemoval(name, await configured());
        if (removal === undefined) {
          throw notThere(name);
        }
        await carryOut(removal, options);
      }
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

/** Returns what the configuration says of models and the hub. */
async function configured(): Promise<ListOptions & Pick<Configuration, 'models'>> {
  const configuration = await readConfiguration();
  const { models } = configuration;
  const template = models?.names === undefined ? undefined : nameTemplate(models.names);
  return { settings: await configuredHub(configuration), models, template };
}

/** Lists the models of a name; a folder is described as if it were listed. */
async function named(name: string): Promise<ListedModel[]> {
  const [id, revision] = name.replace(/^hf:/, '').split('@');
  const { settings, template, models: own } = await configured();
  const file = template && asTemplateName(name, template);
  const all = await listModels([], { settings, template });
  const found = all.filter(
    (model) =>
      model.id === id &&
      (revision === undefined || model.revision?.startsWith(revision) || model.revisions?.includes(revision)),
  );
  const models =
    found.length > 0 ? found : (await listModels([name], { settings, template })).filter(({ path }) => path === name);
  if (models.length === 0 && file !== undefined) {
    const known = await listModels(own?.folders ?? [], { settings, template });
    const variant = findByTemplate(file, known);
    return known.flatMap((model) => (model.variants.includes(variant) ? [{ ...model, variants: [variant] }] : []));
  }
  if (models.length === 0) {
    throw notThere(name);
  }
  return models;
}

function notThere(name: string): OctavecError {
  return new OctavecError('FILE_NOT_FOUND', {
    path: name,
    what: 'Model in the cache',
    hint: '"octavec models" lists what is here, "octavec pull" fetches what is not.',
  });
}

async function verify(models: readonly ListedModel[], json: boolean | undefined): Promise<void> {
  const signal = interruptSignal();
  const line = progressLine();
  const damaged: { readonly id: string; readonly path: string }[] = [];
  for (const { id, path } of models.filter((model) => model.source === 'hub')) {
    const files = await filesOf(path);
    const found = await damagedFiles(path, files, { signal, onProgress: line.onProgress });
    damaged.push(...found.map((file) => ({ id, path: file.path })));
  }
  line.done();
  if (json) {
    process.stdout.write(`${JSON.stringify({ models: models.length, damaged })}\n`);
  } else {
    for (const { id, path } of damaged) {
      process.stdout.write(`${id}: ${path} is damaged; "octavec pull ${id}" fetches it again\n`);
    }
    process.stdout.write(`${models.length} models checked, ${damaged.length} files damaged\n`);
  }
  if (damaged.length > 0) {
    throw new OctavecError('CACHE_DAMAGED', { folder: 'the cache', files: damaged.map(({ path }) => path) });
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

/** Returns an entry for each file that can be run, as applications read it. */
function asEntries(model: ListedModel): object[] {
  const { variants, ...facts } = model;
  return variants.length === 0
    ? [{ ...facts, isQuantized: false, quantizationType: null }]
    : variants.map((variant) => ({ ...facts, ...variant }));
}

async function carryOut(removal: Removal, { yes, json }: Options): Promise<void> {
  const { models, bytes } = removal;
  if (yes) {
    await removal.remove();
  }
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ removed: yes ?? false, models: models.map(({ id, revision }) => ({ id, revision })), bytes })}\n`,
    );
    return;
  }
  for (const { id, revision, variants } of models) {
    process.stdout.write(
      `${id} ${revision?.slice(0, 12)}: ${variants.map(({ precision }) => precision).join(', ') || 'weights'}\n`,
    );
  }
  const frees = `${formatBytes(bytes)}`;
  process.stdout.write(
    yes
      ? `removed, ${frees} are free\n`
      : models.length === 0
        ? 'nothing to remove\n'
        : `would free ${frees}; --yes removes\n`,
  );
}
