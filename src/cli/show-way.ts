import { existsSync } from 'node:fs';
import { OctavecError, shellWord } from '../base/index.js';
import { hasEmbeddedModel, modelReference, suggestName } from '../registry/index.js';

/** A model that everybody can fetch, for whoever has not named one. */
const example = 'sentence-transformers/all-MiniLM-L6-v2';

const embeddedHint =
  'The model is fetched on first use. To work without the hub: npm install @octavec/all-minilm-l6-v2, and "minilm" for its name.\n\n';

/**
 * Returns the model that a command line without a command names, or undefined where its one word is rather a mistyped
 * command.
 */
export async function modelInPlaceOfCommand(words: readonly string[]): Promise<string | undefined> {
  const [word] = words;
  if (words.length !== 1 || word === undefined) {
    return undefined;
  }
  if (existsSync(word) || /[/\\.:~]/.test(word)) {
    return word;
  }
  return (await modelReference(word)).kind === 'unknown' ? undefined : word;
}

/**
 * Returns the commands that take a model from what it is to where it is used, ready to be copied.
 *
 * @throws FILE_NOT_FOUND for a path or address that leads nowhere
 */
export async function wayOf(given?: string): Promise<string> {
  const model = given ?? (hasEmbeddedModel() ? 'minilm' : example);
  const reference = await modelReference(model);
  if (reference.kind === 'unknown') {
    throw new OctavecError('FILE_NOT_FOUND', { path: model, what: 'Model', hint: suggestName(model) });
  }
  const name = shellWord(model);
  const isFile = reference.kind === 'path' && model.endsWith('.onnx');
  const variant = isFile ? shellWord(model.replace(/\.onnx$/, '-INT8.onnx')) : `${name} --variant int8`;
  const against = isFile ? ` --against ${name}` : '';
  const steps = [
    [`octavec inspect ${name}`, 'what it is, and what quantizing would bring'],
    [`octavec quantize ${name} --to int8`, 'make a smaller, faster variant, and prove it'],
    [`octavec verify ${variant}${against}`, 'compare it with the original; exit status 3 if not good enough'],
    [`octavec embed ${variant} "hello world"`, 'vectors'],
    [`octavec serve ${variant}`, 'the same over HTTP'],
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  const lines = steps.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`);
  const fetched = given === undefined && model === example ? embeddedHint : '';
  return `From a model to vectors:\n\n${lines.join('\n')}\n\n${fetched}All commands: octavec --help. All options of one: octavec help <command>.\n`;
}
