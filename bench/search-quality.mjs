/**
 * What search in an index is worth, and what each saving costs: `node bench/search-quality.mjs docs.index queries.jsonl qrels.tsv`. The
 * documents of the index must be rows with the ids that the judgements name. Prints nDCG@10 of every mode, and for each kind of
 * vectors the share of the exact ten nearest that is found, with times and sizes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder } from '../dist/embed/index.js';
import { ascending, quantile } from '../dist/numbers/index.js';
import { folderWith, resolveModel } from '../dist/registry/index.js';
import { Index } from '../dist/search/index.js';
import { SegmentStore } from '../dist/store/index.js';
import { readRows } from '../dist/texts/index.js';

const [path, queryFile, qrelsFile, variant] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'octavec-quality-'));
const source = await SegmentStore.open(path);
const manifest = /** @type {import('../dist/store/index.js').IndexManifest} */ (await source.readManifest());
const found = await resolveModel(manifest.model.name);
const wanted = variant ?? manifest.model.variant;
const embedder = await Embedder.load(folderWith(found, wanted), { variant: wanted === 'fp32' ? undefined : wanted });

async function* valuesOf(file) {
  for await (const row of readRows(file, undefined, 'DATA_INVALID')) {
    yield/** @type {any} */ (row).value;
  }
}

const relevance = new Map();
for await (const value of valuesOf(qrelsFile)) {
  const query = String(value['query-id']);
  relevance.set(query, (relevance.get(query) ?? new Map()).set(String(value['corpus-id']), Number(value.score)));
}
const queries = [];
for await (const value of valuesOf(queryFile)) {
  const id = String(value._id ?? value.id);
  if (relevance.has(id)) {
    queries.push({ id, text: value.text });
  }
}

/** nDCG@10 with the grade as gain. */
function ndcg(ranking, grades) {
  const gain = (values) => values.slice(0, 10).reduce((sum, value, i) => sum + value / Math.log2(i + 2), 0);
  const ideal = gain([...grades.values()].sort((a, b) => b - a));
  return ideal === 0 ? 0 : gain(ranking.map((id) => grades.get(id) ?? 0)) / ideal;
}

/** Ids as the judgements have them, each once. */
const rowIds = (results) => [
  ...new Set(
    results.map(({ metadata, document }) => String(metadata._id ?? metadata.id ?? document.split('#').at(-1))),
  ),
];

/** The same documents with vectors of another kind. */
async function copyOf(kind) {
  const { chunks } = await source.facts();
  const vector = new Float32Array(manifest.model.dimensions);
  const refs = (await source.nearest({ vector, top: chunks, rescore: 'exact' })).map(({ ref }) => ref);
  const store = await SegmentStore.open(join(folder, kind));
  await store.writeManifest({ ...manifest, vectors: kind });
  const { data, columns } = await source.vectors(refs);
  const add = (await source.chunks(refs)).map(({ id, metadata, document, ...chunk }, i) => ({
    ...{ id, hash: '', metadata: { ...metadata, document }, chunks: [chunk] },
    vectors: { data: data.subarray(i * columns, (i + 1) * columns), rows: 1, columns },
  }));
  await store.apply({ remove: [], add });
  return store;
}

const index = await Index.open(path, { model: embedder });
const { documents, chunks } = await index.facts();
console.log(`${documents} documents, ${chunks} chunks, ${queries.length} queries, asked with ${wanted}`);
for (const mode of /** @type {const} */ (['vector', 'text', 'hybrid'])) {
  let sum = 0;
  const times = [];
  for (const { id, text } of queries) {
    const start = performance.now();
    const results = await index.search(text, { top: 30, mode });
    times.push(performance.now() - start);
    sum += ndcg(rowIds(results), relevance.get(id));
  }
  const sorted = ascending(times);
  console.log(
    `${mode}: nDCG@10 ${(sum / queries.length).toFixed(4)}, p50 ${quantile(sorted, 0.5).toFixed(1)} ms, p99 ${quantile(sorted, 0.99).toFixed(1)} ms with the question's embedding`,
  );
}

const { queryPrompt: prompt, dimensions } = manifest.model;
const vectors = (
  await embedder.embed(
    queries.map(({ text }) => text),
    { prompt, dimensions },
  )
).map((vector) => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
});
const exact = [];
for (const [kind, rescores] of /** @type {const} */ ([
  ['float32', ['exact']],
  ['int8', [1, 2, 4, 'exact']],
  ['binary', [4, 8, 16, 32, 64]],
])) {
  const store = await copyOf(kind);
  const { bytes = 0 } = await store.facts();
  const perRow = { float32: 4 * dimensions, int8: dimensions + 4, binary: Math.ceil(dimensions / 8) }[kind];
  for (const rescore of rescores) {
    const times = [];
    let recalled = 0;
    let gains = 0;
    for (const [i, vector] of vectors.entries()) {
      const start = performance.now();
      const hits = await store.nearest({ vector, top: 10, rescore });
      times.push(performance.now() - start);
      const results = await store.chunks(hits.map(({ ref }) => ref));
      const ids = results.map(({ document }) => document);
      exact[i] ??= new Set(ids);
      recalled += ids.filter((id) => exact[i].has(id)).length / exact[i].size;
      gains += ndcg(rowIds(results), relevance.get(queries[i].id));
    }
    const sorted = ascending(times);
    console.log(
      `${kind}, rescore ${rescore}: recall@10 ${(recalled / queries.length).toFixed(4)}, nDCG@10 ${(gains / queries.length).toFixed(4)}, ` +
        `p50 ${quantile(sorted, 0.5).toFixed(2)} ms, ${((chunks * perRow) / 1e6).toFixed(2)} MB scanned, ${(bytes / 1e6).toFixed(1)} MB on disk`,
    );
  }
  await store.close();
}
await Promise.all([index.close(), source.close()]);
await embedder.close();
await rm(folder, { recursive: true });
