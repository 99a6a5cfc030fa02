/**
 * What approximate vectors find of the exact ten nearest, in every store: `node bench/vector-recall.mjs [texts] [--count 2000] [--questions 300]
 * [--model folder]`. The texts are lines of a file, or sentences of octavec's own documentation and comments; the last of them ask. They are
 * embedded with mean pooling and once more with CLS pooling forced on the same model, which stands for models such as BGE. PostgreSQL is PGlite
 * with pgvector; LanceDB is asked where it is installed and there are the 20,000 vectors from which on it makes an index.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { Embedder } from '../dist/embed/index.js';
import { LanceStore, lancePlace } from '../dist/lancedb/index.js';
import { PostgresStore, postgresPlace } from '../dist/postgres/index.js';
import { SegmentStore } from '../dist/store/index.js';

const root = new URL('..', import.meta.url).pathname;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '2000' },
    questions: { type: 'string', default: '300' },
    model: { type: 'string', default: join(root, 'models/all-MiniLM-L6-v2') },
  },
});
const [count, questions] = [Number(values.count), Number(values.questions)];
const folder = await mkdtemp(join(tmpdir(), 'octavec-recall-'));

async function ownSentences() {
  const all = [];
  for (const [below, ends] of /** @type {const} */ ([
    ['docs', '.md'],
    ['src', '.ts'],
  ])) {
    for (const name of (await readdir(join(root, below), { recursive: true })).sort()) {
      const text = name.endsWith(ends) ? await readFile(join(root, below, name), 'utf8') : '';
      const prose = ends === '.md' ? text : (text.match(/\/\*\*[\s\S]*?\*\/|\/\/ .*/g) ?? []).join('\n\n');
      const plain = prose.replace(/^\s*(\/\*\*|\*\/?|\/\/|#+|-)/gm, '');
      all.push(...plain.split(/(?<=[.:?!])\s+|\n\s*\n|\|/).map((part) => part.replace(/\s+/g, ' ').trim()));
    }
  }
  return all;
}

const lines = positionals.length === 0 ? await ownSentences() : (await readFile(positionals[0], 'utf8')).split('\n');
const texts = [...new Set(lines)].filter((text) => text.split(' ').length > 4).slice(0, count + questions);
if (texts.length < count + questions) {
  throw new Error(`there are ${texts.length} texts of five words or more, and ${count + questions} are wanted`);
}

/** The model, with the first token's vector in place of the mean of all. */
async function withClsPooling() {
  const copy = join(folder, 'cls');
  await cp(values.model, copy, { recursive: true });
  const file = join(copy, '1_Pooling/config.json');
  const pooling = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...pooling, pooling_mode_mean_tokens: false, pooling_mode_cls_token: true }));
  return copy;
}

async function unitVectors(model) {
  const embedder = await Embedder.load(model);
  const found = await embedder.embed(texts);
  const columns = embedder.dimensions;
  await embedder.close();
  return { columns, vectors: found.map((one) => one.map((value) => value / Math.hypot(...one))) };
}

const db = await PGlite.create({ extensions: { vector } });
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 32 });
await server.start();
const port = server.getServerConn().split(':').at(-1);
/** Not installed here: the compiler must not look for its types. */
const [lanceName] = ['@lancedb/lancedb'];
const hasLance = await import(lanceName).then(
  () => count >= 20_000,
  () => false,
);
const lanceLeast = hasLance ? [''] : [];

/** @returns {any[]} name, kind, rescores, and a function that opens the store */
const stores = (name) => [
  ['int8', 'int8', [1, 2, 4, 'exact'], () => SegmentStore.open(join(folder, `${name}-int8`))],
  ['binary', 'binary', [4, 8, 16, 32, 64], () => SegmentStore.open(join(folder, `${name}-binary`))],
  ...['float16', 'binary'].map((kind) => {
    const address = `postgres://postgres:x@127.0.0.1:${port}/postgres?index=${name}_${kind}`;
    const rescores = kind === 'float16' ? [1, 4, 16] : [16, 32, 64];
    return [`pgvector, ${kind}`, kind, rescores, () => PostgresStore.open(postgresPlace(address))];
  }),
  ...lanceLeast.flatMap(() =>
    ['int8', 'binary'].map((kind) => {
      const place = lancePlace(`lancedb:${join(folder, `${name}-lance-${kind}`)}`);
      return [`LanceDB, ${kind}`, kind, [1, 4, 16, 32], () => LanceStore.open(place)];
    }),
  ),
];

console.log(`${count} texts, ${questions} questions`);
console.log('| | of the exact ten nearest |');
console.log('|---|---|');
for (const [pooling, model] of /** @type {const} */ ([
  ['mean', values.model],
  ['cls', await withClsPooling()],
])) {
  const { columns, vectors } = await unitVectors(model);
  const data = Float32Array.from(vectors.slice(0, count).flatMap((one) => [...one]));
  const asked = vectors.slice(count).map((one) => Float32Array.from(one));
  for (const [name, kind, rescores, open] of stores(pooling)) {
    const store = await open();
    const described = { name: 'measured', dimensions: columns, documentPrompt: '', queryPrompt: '', probes: [] };
    await store.writeManifest({
      format: 1,
      tool: 'bench',
      model: described,
      chunking: 'none',
      vectors: kind,
      sources: [],
    });
    const chunks = Array.from({ length: count }, (_, i) => ({ text: `${i}` }));
    const rows = { data, rows: count, columns };
    await store.apply({ remove: [], add: [{ id: 'all', hash: '', metadata: {}, chunks, vectors: rows }] });
    const nearest = async (one, rescore) =>
      (await store.nearest({ vector: one, top: 10, rescore })).map(({ ref }) => ref);
    const exact = [];
    for (const one of asked) {
      exact.push(new Set(await nearest(one, 'exact')));
    }
    for (const rescore of rescores) {
      let found = 0;
      for (const [i, one] of asked.entries()) {
        found += (await nearest(one, rescore)).filter((ref) => exact[i].has(ref)).length;
      }
      const way = rescore === 'exact' ? rescore : `${rescore} times`;
      const label = pooling === 'cls' ? 'CLS' : pooling;
      console.log(`| ${label} pooling, ${name}, ${way} | ${(found / questions / 10).toFixed(4)} |`);
    }
    await store.close();
  }
}
await server.stop();
await db.close();
await rm(folder, { recursive: true });
