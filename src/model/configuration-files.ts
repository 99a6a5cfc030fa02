import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** What stands in a model folder and says what the model is, whatever program reads it; folders are those of modules. */
const names =
  /^((tokenizer|special_tokens_map|added_tokens|config|config_sentence_transformers|vocab|merges|preprocessor_config|generation_config|sentence_\w+_config).*\.(json|txt)|modules\.json|\d+_\w+|.*\.model|README\.md|LICEN[CS]E.*|NOTICE.*)$/i;

/** Lists the files of a model folder other than its weights, as relative paths with "/". */
export async function configurationFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const chosen = found.filter(({ name }) => names.test(name));
  const paths = chosen.map(async (entry) => {
    if (!entry.isDirectory()) {
      return [entry.name];
    }
    const below = await readdir(join(folder, entry.name), { recursive: true, withFileTypes: true });
    return below
      .filter((inner) => !inner.isDirectory())
      .map((inner) => relative(folder, join(inner.parentPath, inner.name)).replaceAll(sep, '/'));
  });
  return (await Promise.all(paths)).flat().sort();
}
