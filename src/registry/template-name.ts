import { basename, resolve } from 'node:path';
import { nearestName, OctavecError } from '../base/index.js';
import { modelName, type NameTemplate, nameFields, ownFields } from '../model/index.js';

/** What a name is made of. */
interface Named {
  /** "owner/name", or the path of a folder. */
  readonly id: string;
  readonly source: 'hub' | 'folder';
  readonly dimensions?: number;
}

/** A file that may have a name. */
interface NamedFile {
  readonly name?: string;
  readonly path: string;
}

/** Returns the name that a template gives to a file of a model; undefined where it cannot name it. */
export function templateName(
  { id, source, dimensions }: Named,
  { path, precision }: { readonly path: string; readonly precision: string },
  template: NameTemplate,
): string | undefined {
  if (ownFields(path, template) !== undefined) {
    return basename(path);
  }
  const name = source === 'hub' ? (id.split('/').at(-1) as string) : modelName(resolve(id));
  try {
    return template.write({
      ...nameFields(name),
      ...(dimensions !== undefined && { dimensions }),
      ...(precision !== 'fp32' && { precision }),
    });
  } catch {
    return undefined;
  }
}

/** Returns a word as the template would write it, with ".onnx" or without; undefined for one that it does not make. */
export function asTemplateName(text: string, template: NameTemplate): string | undefined {
  const name = text.endsWith('.onnx') ? text : `${text}.onnx`;
  return template.read(name) && name;
}

/** Names that an error lists. */
const mostShown = 8;

/**
 * Finds the file that has a name by the template.
 *
 * @throws FILE_NOT_FOUND with the names there are, the nearest first; USAGE with the files where several have the name
 */
export function findByTemplate<File extends NamedFile>(
  name: string,
  models: readonly { readonly variants: readonly File[] }[],
): File {
  const variants = models.flatMap((model) => model.variants);
  const found = variants.filter((variant) => variant.name === name);
  // A file that is called so, of those that only would be.
  const exact = found.filter(({ path }) => basename(path) === name);
  const [chosen, ...others] = exact.length > 0 ? exact : found;
  if (chosen !== undefined && others.length === 0) {
    return chosen;
  }
  if (chosen !== undefined) {
    const paths = [chosen, ...others].map(({ path }) => path).join(', ');
    throw new OctavecError('USAGE', {
      problem: `${name} is the name of ${1 + others.length} files: ${paths}`,
      hint: 'Give the path of one.',
    });
  }
  const names = [...new Set(variants.flatMap((variant) => variant.name ?? []))].sort();
  const near = nearestName(name, names);
  const shown = [...(near === undefined ? [] : [near]), ...names.filter((each) => each !== near)];
  const more = shown.length > mostShown ? `, and ${shown.length - mostShown} more` : '';
  throw new OctavecError('FILE_NOT_FOUND', {
    path: name,
    what: 'Model of this name',
    hint:
      shown.length === 0
        ? 'There are no models that names by your template lead to: name the folders that hold yours as models.folders in octavec.toml.'
        : `By your template there are: ${shown.slice(0, mostShown).join(', ')}${more}.`,
  });
}
