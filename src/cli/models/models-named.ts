import { OctavecError } from '../../base/index.js';
import { type Configuration, readConfiguration } from '../../config/index.js';
import { configuredHub } from '../../configured/index.js';
import { nameTemplate } from '../../model/index.js';
import {
  asTemplateName,
  findByTemplate,
  type ListedModel,
  type ListOptions,
  listModels,
} from '../../registry/index.js';

/** Returns what the configuration says of models and the hub. */
export async function configured(): Promise<ListOptions & Pick<Configuration, 'models'>> {
  const configuration = await readConfiguration();
  const { models } = configuration;
  const template = models?.names === undefined ? undefined : nameTemplate(models.names);
  return { settings: await configuredHub(configuration), models, template };
}

/**
 * Lists the models of a name; a folder is described as if it were listed.
 *
 * @throws FILE_NOT_FOUND
 */
export async function modelsNamed(name: string): Promise<ListedModel[]> {
  const [id, revision] = name.replace(/^hf:(\/\/)?/, '').split('@');
  const { settings, template, models: own } = await configured();
  const file = template && asTemplateName(name, template);
  const all = await listModels([], { settings, template });
  const found = all.filter(
    (model) =>
      model.id === id &&
      (revision === undefined || model.revision?.startsWith(revision) || model.revisions?.includes(revision)),
  );
  // The folder of a model of the cache is listed twice: that model comes first, of which more is known.
  const models =
    found.length > 0
      ? found
      : (await listModels([name], { settings, template })).filter(({ path }) => path === name).slice(0, 1);
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

/** Returns the error for a name that no model in the cache has. */
export function notThere(name: string): OctavecError {
  return new OctavecError('FILE_NOT_FOUND', {
    path: name,
    what: 'Model in the cache',
    hint: '"octavec models" lists what is here, "octavec pull" fetches what is not.',
  });
}
