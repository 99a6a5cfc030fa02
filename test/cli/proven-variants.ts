import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { embeddedModel } from '../support/golden-texts.js';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { octavec } from './octavec.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A model folder with INT8 and FP16 variants of the embedded model, made once for all tests of the command line. */
    readonly variants: string;
    /** A folder with a tiny model in FP32, and one with its INT8 and FP16 variants: where the model does not matter. */
    readonly tiny: string;
    readonly tinyVariants: string;
    /** What `octavec quantize` printed when it made the variants of the embedded model. */
    readonly printed: string;
    /** Texts that are few enough for a quick comparison: a file, one a line. */
    readonly texts: string;
  }
}

const subjects = [
  'The cat',
  'A pale-yellow submarine',
  'My bank',
  'The committee',
  'Nobody in Lisbon',
  'Quantum theory',
];
const actions = ['sleeps on the mat', 'was closed on Sunday', 'explains why ice floats', 'cannot be undone, they say'];

/** Runs before the tests of the command line. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-cli-variants-'));
  const texts = join(folder, 'texts.txt');
  writeFileSync(texts, subjects.flatMap((subject) => actions.map((action) => `${subject} ${action}.`)).join('\n'));
  const [variants, tiny, tinyVariants] = ['model', 'tiny', 'tiny-variants'].map((name) => join(folder, name));
  makeTinyFolder(tiny, 'bert');
  const quantize = async (model: string, output: string, ...options: readonly string[]) => {
    const args = ['quantize', model, output, '--to', 'int8,fp16', '--texts', texts, ...options];
    const { status, stdout, stderr } = await octavec(args);
    if (status !== 0) {
      throw new Error(`octavec quantize failed:\n${stderr}`);
    }
    return stdout;
  };
  project.provide('printed', await quantize(embeddedModel, variants, '--bench'));
  await quantize(tiny, tinyVariants);
  project.provide('variants', variants);
  project.provide('tiny', tiny);
  project.provide('tinyVariants', tinyVariants);
  project.provide('texts', texts);
  return () => rmSync(folder, { recursive: true, force: true });
}
