import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, distill, Embedder } from 'octavec';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openModelFolder } from '#rooms/model';
import { readTable } from '#rooms/static';
import { randomNumbers } from '../src/numbers/index.js';
import { makeNanFolder } from './support/nan-model.js';
import { makeTinyFolder } from './support/tiny-folder.js';

let folder: string;
let teacher: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-distill-'));
  teacher = join(folder, 'teacher');
  makeTinyFolder(teacher, 'bert');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, name);

test('distils from the vocabulary alone as model2vec does: a rotation of the teacher, weighted', async () => {
  const { tokens, bytes } = await distill(teacher, {
    ...{ output: place('plain'), texts: 'none', dimensions: 64, precision: 'fp32' },
  });
  expect([tokens, bytes > 64 * 4 * tokens]).toEqual([54, true]);
  const table = await readTable(join(place('plain'), 'model.safetensors'));
  const rows = new Float32Array(table.data.buffer, table.data.byteOffset, 64 * tokens);
  // Smooth inverse frequency with a = 1e-4, where Zipf's law guesses frequencies by places.
  const total = Array.from({ length: tokens }, (_, i) => 1 / (i + 2)).reduce((a, b) => a + b);
  const rowOf = (id: number) =>
    [...rows.subarray(64 * id, 64 * (id + 1))].map((value) => value / (1e-4 / (1e-4 + 1 / (id + 2) / total)));
  await using embedder = await Embedder.load(teacher, { normalize: false });
  const letters = ['a', 'k', '7'];
  const vectors = await embedder.embed(letters);
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.hypot(...Array.from(a, (value, i) => value - b[i]));
  const idOf = (letter: string) => 4 + 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(letter);
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ]) {
    const expected = distance(vectors[i], vectors[j]);
    expect(distance(rowOf(idOf(letters[i])), rowOf(idOf(letters[j])))).toBeCloseTo(expected, 4);
  }
});

test('a static model beside its teacher is judged by tasks, and goes first in a search of two passes', async () => {
  await distill(teacher, { output: place('beside'), texts: 'none', dimensions: 32 });
  const words = Array.from({ length: 12 }, (_, i) => `${'abcdefghijkl'[i]} ${i} ${'klmnopqrstuv'[i]}`);
  const documents = words.map((text, i) => ({ id: String(i), text }));
  const judgements = new Map(words.map((_, i) => [`q${i}`, new Map([[String(i), 1]])]));
  const queries = words.map((text, i) => ({ id: `q${i}`, text: text.slice(0, 4) }));
  const { evidences, alternatives, twoPasses, recommendations, unusable } = await compare(teacher, {
    ...{ variants: [place('beside'), place('nowhere')], bench: false, cache: false },
    texts: { texts: words, source: 'a test' },
    tasks: [{ kind: 'retrieval', name: 'toy', corpus: { count: 12, read: () => documents }, queries, judgements }],
  });
  expect([evidences, unusable.map(({ name }) => name)]).toEqual([[], ['nowhere']]);
  expect(alternatives).toMatchObject([
    { kind: 'static', width: 32, file: { name: 'beside', precision: 'fp16' }, verdict: { gate: 'static' } },
  ]);
  const [{ likeness, tasks }] = alternatives;
  expect([likeness.texts, likeness.nonFinite.candidate, tasks.some(({ metric }) => metric === 'ndcg@10')]).toEqual([
    12,
    0,
    true,
  ]);
  // All documents are found, so the teacher orders them as it does alone.
  expect(twoPasses?.tasks.every(({ candidate, original }) => candidate === original)).toBe(true);
  expect(recommendations).toMatchObject([{ use: 'search in two passes', variant: 'beside, then the original' }]);
});

describe('tuned on texts', () => {
  const random = randomNumbers(9);
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const texts = Array.from({ length: 900 }, () =>
    Array.from(
      { length: 4 + Math.floor(8 * random()) },
      () => letters[Math.floor(letters.length * random() ** 2)],
    ).join(' '),
  );

  test('comes nearer to its teacher on texts that were held out', async () => {
    const { tuning, precision } = await distill(teacher, {
      ...{ output: place('tuned'), texts, embeddedFirst: false, dimensions: 48, size: 54 * 52 + 9 },
    });
    const { before, after } = tuning?.heldOut ?? {};
    expect(after?.topKOverlap).toBeGreaterThan((before?.topKOverlap ?? 1) + 0.05);
    expect(after?.spearman).toBeGreaterThan(before?.spearman ?? 1);
    expect([precision, tuning?.texts, after?.texts]).toEqual(['int8', texts.length, 45]);
    await using student = await Embedder.load(place('tuned'));
    expect([student.engine.name, student.width]).toEqual(['static', 48]);
    // For other programs the table stands in an ONNX file, too.
    await using graph = await Embedder.load(join(place('tuned'), 'onnx', 'model.onnx'));
    expect((await graph.embed(texts.slice(0, 9))).data).toEqual((await student.embed(texts.slice(0, 9))).data);
  });

  test('is the same every time', async () => {
    const made = await Promise.all(
      ['first', 'second'].map((name) =>
        distill(teacher, { output: place(name), texts: texts.slice(0, 100), embeddedFirst: false }),
      ),
    );
    const tables = await Promise.all(made.map((one) => readTable(join(one.folder, 'model.safetensors'))));
    expect(Buffer.compare(tables[0].data, tables[1].data)).toBe(0);
  });

  /** Too few to hold some out. */
  const few = texts.slice(0, 24);

  test('asks the teacher once, whatever is made of its vectors, and says so', async () => {
    vi.stubEnv('OCTAVEC_CACHE', place('cache'));
    const made = async (name: string) => {
      const notes: string[] = [];
      const stages = new Set<string>();
      await distill(teacher, {
        ...{ output: place(name), texts: few, embeddedFirst: false, dimensions: 8 },
        onNote: (note) => notes.push(note),
        onProgress: ({ stage }) => stages.add(stage),
      });
      const told = notes.map((note) => /vectors of (.+) are those of an earlier run/.exec(note)?.[1]);
      const asked = [...stages].filter((stage) => /teacher/.test(stage)).sort();
      return { told, asked, table: await readFile(join(place(name), 'model.safetensors')) };
    };
    const embedding = ['Asking the teacher for its tokens', 'Embedding with the teacher'];
    const first = await made('asked');
    expect([first.told, first.asked]).toEqual([[], embedding]);
    const again = await made('recalled');
    expect([again.told, again.asked]).toEqual([['54 tokens', '24 texts'], ['Recalling what the teacher gave before']]);
    const kept = (await readdir(place('cache/embeddings'), { recursive: true })).filter((name) => /f32$/.test(name));
    for (const name of kept) {
      await truncate(join(place('cache/embeddings'), name), 64 * 4);
    }
    const damaged = await made('damaged');
    expect([damaged.told, damaged.asked]).toEqual([[], embedding]);
    expect([again, damaged].map(({ table }) => table.equals(first.table))).toEqual([true, true]);
    vi.unstubAllEnvs();
  });

  test('does without a cache where none can be written', async () => {
    await writeFile(place('no-folder'), '');
    vi.stubEnv('OCTAVEC_CACHE', place('no-folder'));
    const onNote = vi.fn();
    await distill(teacher, {
      ...{ output: place('uncached'), texts: few, embeddedFirst: false, dimensions: 8, onNote },
    });
    vi.unstubAllEnvs();
    expect(onNote.mock.calls).toEqual([[expect.stringContaining("the teacher's vectors are not kept")]]);
  });

  test('gives words and phrases vectors of their own', async () => {
    const { tokens } = await distill(teacher, { output: place('words'), texts: 'none', words: ['a b', 'zz'] });
    expect(tokens).toBe(56);
    await using student = await Embedder.load(place('words'));
    const [{ tokens: spelled }] = await student.tokens(['x zz y']);
    expect(spelled.map(({ token }) => token)).toContain('zz');
  });
});

describe('refuses', () => {
  test('a teacher that gives NaN', async () => {
    const broken = await makeNanFolder(place('nan'));
    await expect(distill(broken, { output: place('x1'), texts: 'none' })).rejects.toMatchObject({
      code: 'TEACHER_UNFIT',
      message: expect.stringMatching(/1 of 54 tokens are not finite/),
    });
  });

  test('a pooling that takes the same token of every text', async () => {
    const model = place('cls');
    makeTinyFolder(model, 'qwen3');
    // A decoder sees nothing behind its first token.
    await expect(distill(model, { output: place('x2'), texts: 'none', pooling: 'cls' })).rejects.toMatchObject({
      code: 'TEACHER_UNFIT',
      message: expect.stringMatching(/pooling/),
    });
  });

  test('a static model', async () => {
    await distill(teacher, { output: place('static'), texts: 'none' });
    await expect(distill(place('static'), { output: place('x3'), texts: 'none' })).rejects.toMatchObject({
      code: 'TEACHER_UNFIT',
    });
  });

  test.each([
    [{ texts: [] }, 'USAGE'],
    [{ texts: ['', '  '] }, 'USAGE'],
    [{ texts: 'none', size: 100 }, 'USAGE'],
    [{ texts: 'none', dimensions: 1000 }, 'USAGE'],
    [{ texts: 'none', signal: AbortSignal.abort() }, 'CANCELLED'],
  ] as const)('%j', async (options, code) => {
    await expect(distill(teacher, { output: place('x4'), ...options })).rejects.toMatchObject({ code });
    expect(await readdir(folder)).not.toContain('x4');
  });

  test('a place that is taken', async () => {
    await writeFile(place('taken'), 'a file');
    for (const output of [place('taken'), teacher]) {
      await expect(distill(teacher, { output, texts: 'none' })).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    }
    expect((await openModelFolder(teacher)).staticReading).toBeUndefined();
  });
});
