/**
 * What octavec exports is loaded by the programs that it is for, and the shared cache read by Python. They are not among
 * octavec's dependencies; install them elsewhere, and name the places:
 *
 *     python3 -m venv VENV && VENV/bin/pip install fastembed onnxruntime huggingface_hub "sentence-transformers[onnx]"
 *     npm install --prefix FOLDER @huggingface/transformers
 *     OCTAVEC_TEST_PYTHON=VENV/bin/python OCTAVEC_TEST_TRANSFORMERS_JS=FOLDER npx vitest run test/long/other-programs.test.ts
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Embedder, quantize } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExportTarget, exportModel } from '#rooms/export';
import { cosine } from '#rooms/numbers';
import { octavec, temporaryFolder } from '../cli/octavec.js';
import { embeddedModel } from '../support/golden-texts.js';
import { hubServer } from '../support/hub-server.js';

const python = process.env.OCTAVEC_TEST_PYTHON;
const transformersJs = process.env.OCTAVEC_TEST_TRANSFORMERS_JS;
const short = ['hello world', 'Ein Hund schläft in der Sonne.', 'x', 'How is retrieval measured? '.repeat(30)];
/** transformers.js cuts off the closing token along with what is too long, and gives other vectors for such texts. */
const texts = [...short, 'How is retrieval measured? '.repeat(60)];

/** The embedded model with its INT8 variant. */
const model = mkdtempSync(join(tmpdir(), 'octavec-other-programs-'));
beforeAll(() => quantize(embeddedModel, { to: ['int8'], output: model }));
afterAll(() => rmSync(model, { recursive: true }));

async function run(command: string, args: readonly string[], cwd: string): Promise<number[][]> {
  const env = { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: join(cwd, 'none') };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 2 ** 28 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** What the usage says, for these texts, printing the vectors. */
const withTexts = (usage: string, some: readonly string[] = texts) =>
  usage.replace(/\[["']hello world["']\]/, JSON.stringify(some));

const printVectors = 'import json\nprint(json.dumps([[float(x) for x in v] for v in vectors]))\n';
const onnxRuntimePooling = `import numpy
vectors = []
for text in ${JSON.stringify(texts)}:
    encoding = tokenizer.encode(text)
    fields = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
    names = [value.name for value in session.get_inputs()]
    hidden = session.run(None, {name: numpy.array([fields[name]]) for name in names})[0][0]
    mean = hidden.mean(axis=0)
    vectors.append(mean / numpy.linalg.norm(mean))
`;

describe.each(['int8', 'fp16'])('%s', (variant) => {
  async function exportedAndOwn(target: ExportTarget) {
    const output = join(temporaryFolder(), 'model');
    const source = variant === 'int8' ? model : embeddedModel;
    const { usage } = await exportModel(source, { for: target, output, variant });
    await using embedder = await Embedder.load(source, { variant });
    const own: number[][] = [];
    for (const text of texts) {
      // One at a time: what an INT8 model gives depends on its batch.
      own.push([...(await embedder.embed([text]))[0]]);
    }
    return { output, usage, own };
  }

  function expectSame(own: number[][], theirs: number[][]): void {
    const cosines = theirs.map((vector, i) => cosine(Float32Array.from(own[i]), Float32Array.from(vector)));
    console.log(`${variant}: ${cosines.map((value) => value.toFixed(6)).join(' ')}`);
    expect(Math.min(...cosines)).toBeGreaterThan(0.9999);
  }

  test.skipIf(transformersJs === undefined)('transformers.js', async () => {
    const { usage, own } = await exportedAndOwn('transformers.js');
    const each = withTexts(usage, short).replace(
      /const vectors = await embed\((.*), (\{.*\})\);/,
      'const vectors = [];\nfor (const text of $1) vectors.push((await embed([text], $2)).tolist()[0]);',
    );
    const file = join(transformersJs as string, 'check-export.mjs');
    writeFileSync(file, `${each}\nconsole.log(JSON.stringify(vectors));`);
    const theirs = await run(process.execPath, [file], transformersJs as string).finally(() => rmSync(file));
    expectSame(own, theirs);
  });

  test.skipIf(python === undefined).each(['sentence-transformers', 'fastembed', 'onnxruntime'] as const)(
    '%s',
    async (target) => {
      const { output, usage, own } = await exportedAndOwn(target);
      const one = withTexts(usage)
        .replace(/model\.encode\((.*)\)/, '[model.encode([text])[0] for text in $1]')
        .replace(/list\(model\.embed\((.*)\)\)/, '[list(model.embed([text]))[0] for text in $1]');
      const script = `${one}\n${target === 'onnxruntime' ? onnxRuntimePooling : ''}${printVectors}`;
      expectSame(own, await run(python as string, ['-c', script], join(output, '..')));
    },
  );
});

describe.skipIf(python === undefined)('the shared cache', () => {
  const served = () => {
    const files = { 'config.json': '{}', 'tokenizer.json': '{}', 'onnx/model.onnx': new Uint8Array(100_000).fill(7) };
    return hubServer({ kind: 'model', id: 'toys/minilm', files, large: ['onnx/model.onnx'] });
  };
  const snapshot = (online: string) =>
    `from huggingface_hub import snapshot_download\nprint(snapshot_download("toys/minilm", ${online}))`;

  test('of octavec is found by Python, and that of Python by octavec', async () => {
    const hub = await served();
    const home = temporaryFolder();
    const env = { ...process.env, HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: undefined };
    const ours = (await octavec(['pull', 'toys/minilm'], { env })).stdout.trim();
    await hub.stop();
    const ask = (code: string) => promisify(execFile)(python as string, ['-c', code], { env });
    expect((await ask(snapshot('local_files_only=True'))).stdout.trim()).toBe(ours);
    expect(readFileSync(join(ours, 'onnx/model.onnx'))).toHaveLength(100_000);
  });

  test('of Python is found by octavec', async () => {
    const hub = await served();
    const home = temporaryFolder();
    const env = { ...process.env, HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: undefined };
    const { stdout } = await promisify(execFile)(python as string, ['-c', snapshot('revision="main"')], { env });
    await hub.stop();
    const theirs = stdout.trim();
    expect(readdirSync(theirs)).toContain('onnx');
    expect((await octavec(['pull', 'toys/minilm', '--offline'], { env })).stdout.trim()).toBe(theirs);
  });
});
