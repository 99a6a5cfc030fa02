/**
 * Models by their names: paths, names of the hub, aliases, the embedded model; and what of them is on this machine.
 *
 * @module
 */
export { suggestName } from './known-names.js';
export { cardOf, type ListedModel, type ListedVariant, type ListOptions, listModels } from './list-models.js';
export { type HubOptions, type ModelReference, modelReference } from './reference.js';
export { planPrune, planRemoval, type Removal } from './remove-models.js';
export {
  folderWith,
  hasEmbeddedModel,
  lastingName,
  type ResolvedModel,
  type ResolveOptions,
  resolveModel,
} from './resolve-model.js';
export { asTemplateName, findByTemplate } from './template-name.js';
export { variantsFolder } from './variants-folder.js';
