/**
 * Answers from an index of many chunks: `node bench/search-load.mjs [chunks] [--questions 50] [--keep folder]`. Chunks have 150 words, drawn by
 * Zipf's law from the vocabulary of the embedded model, which has the most frequent words first, and from a million names; four are a document
 * with a language, a year and tags. Their vectors are those of 256 texts, moved at random. Prints how long the index takes to open and to give
 * its first answer, p50 and p99 of `Index.search` in every mode with its question's embedding, and what the command takes in all. The
 * embedding alone stands beside them; processor time, in the median, says most where other programs run. With `--keep` the index is made in the folder, or used if it is there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Embedder } from '../dist/embed/index.js';
import { cpuBudget, cpuFeatures, readHostFacts } from '../dist/host/index.js';
import { ascending, quantile, randomNumbers } from '../dist/numbers/index.js';
import { folderWith, resolveModel } from '../dist/registry/index.js';
import { Index } from '../dist/search/index.js';
import { SegmentStore } from '../dist/store/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { questions: { type: 'string', default: '50' }, keep: { type: 'string' } },
});
const chunks = Number(positionals[0] ?? 100_000);
const questions = Number(values.questions);
const wordsPerChunk = 150;
const chunksPerDocument = 4;
const documentsAtOnce = 2500;
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'octavec-load-')));
const path = join(folder, 'load.index');

const host = await readHostFacts();
const { threads } = cpuBudget(host);
console.log(
  `${chunks} chunks, ${host.cpuModel}, ${cpuFeatures(host.cpuFlags, host.platform).names.join(' ')}, ${threads} threads`,
);

const found = await resolveModel('minilm');
const modelFolder = folderWith(found, undefined);
const embedder = await Embedder.load(modelFolder);
const columns = embedder.dimensions;
const tokenizer = JSON.parse(await readFile(join(modelFolder, 'tokenizer.json'), 'utf8'));
const vocabulary = Object.keys(tokenizer.model.vocab).filter((word) => /^[a-z]{2,}$/.test(word));
const random = randomNumbers(1);

/** Words by Zipf's law: each second one is about as frequent as half of those before it. */
function word() {
  const rank = Math.floor(vocabulary.length ** random() * 1.6) - 1;
  return vocabulary[rank] ?? `name${Math.floor(1e6 * random() ** 2)}`;
}

const sentence = (count) => `${Array.from({ length: count }, word).join(' ')}.`;
const textOf = () => Array.from({ length: wordsPerChunk / 15 }, () => sentence(15)).join(' ');

/** Vectors around those of texts, of length 1. */
function vectorsAround(centres, count) {
  const data = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    const centre = centres[Math.floor(random() * centres.length)];
    let squares = 0;
    for (let i = 0; i < columns; i++) {
      data[row * columns + i] = centre[i] + 0.08 * (random() + random() - 1);
      squares += data[row * columns + i] ** 2;
    }
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      data[i] /= Math.sqrt(squares);
    }
  }
  return { data, rows: count, columns };
}

async function make() {
  const index = await Index.open(path, { model: embedder });
  await index.add([{ id: 'first', text: 'Made for a measurement.' }]);
  await index.close();
  const centres = await embedder.embed(Array.from({ length: 256 }, () => sentence(40)));
  const store = await SegmentStore.open(path);
  const documents = Math.ceil(chunks / chunksPerDocument);
  for (let first = 0; first < documents; first += documentsAtOnce) {
    const add = Array.from({ length: Math.min(documentsAtOnce, documents - first) }, (_, i) => ({
      id: `docs/part-${(first + i) % 50}/page-${first + i}.md`,
      hash: `${first + i}`,
      metadata: {
        lang: ['en', 'en', 'en', 'de', 'fr'][Math.floor(random() * 5)],
        year: 1990 + Math.floor(random() * 35),
        tags: [word(), word()],
        title: sentence(6),
      },
      chunks: Array.from({ length: chunksPerDocument }, (_, k) => ({
        text: textOf(),
        headings: ['Guide', 'Part'],
        lines: /** @type {[number, number]} */ ([k * 10 + 1, k * 10 + 9]),
      })),
      vectors: vectorsAround(centres, chunksPerDocument),
    }));
    await store.apply({ remove: [], add });
  }
  await store.close();
}

if (!existsSync(path)) {
  const start = performance.now();
  await make();
  console.log(`made in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
const asked = Array.from({ length: questions }, () => `how ${word()} ${sentence(6)}`);

async function timed(name, run) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const work = [];
  for (const question of asked) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await run(question);
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    work.push((user + system) / 1000);
  }
  const sorted = ascending(times.slice(3));
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(1));
  const processor = quantile(ascending(work.slice(3)), 0.5).toFixed(1);
  console.log(`${name}: p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; ${processor} ms of processor time`);
}

let start = performance.now();
const index = await Index.open(path, { model: embedder });
console.log(`open in ${(performance.now() - start).toFixed(0)} ms`);
for (const [name, options] of /** @type {const} */ ([
  ['the first answer', {}],
  ['the first with a filter', { filter: 'lang = "de"' }],
])) {
  start = performance.now();
  await index.search(asked[0], options);
  console.log(`${name}: ${(performance.now() - start).toFixed(0)} ms`);
}
await timed("the question's embedding alone", (question) => embedder.embed([question]));
for (const mode of /** @type {const} */ (['vector', 'text', 'hybrid'])) {
  await timed(mode, (question) => index.search(question, { mode }));
}
for (const [name, options] of /** @type {const} */ ([
  ['one of five languages', { filter: 'lang = "de"' }],
  ['two conditions', { filter: 'lang = "en" and year >= 2020' }],
  ['a pattern', { filter: 'document like "docs/part-7/%" or title like "%the%"' }],
  ['one document in 25,000', { filter: 'document = "docs/part-7/page-7.md"' }],
  ['diversity 0.5', { diversity: 0.5 }],
  ['explained', { explain: true }],
  ['the best 100', { top: 100 }],
])) {
  await timed(`hybrid, ${name}`, (question) => index.search(question, options));
}
await timed('a context of 2,000 tokens', (question) => index.context(question, { tokens: 2000 }));
console.log(`${Math.round(process.memoryUsage().rss / 1e6)} MB resident, mapped files counted`);
await index.close();
await embedder.close();

for (const extra of [[], ['--filter', 'lang = "de"']]) {
  start = performance.now();
  const program = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const lines = execFileSync(process.execPath, [program, 'search', path, asked[0], '--json', ...extra], {
    encoding: 'utf8',
  });
  const taken = (performance.now() - start).toFixed(0);
  console.log(`octavec search ${extra.join(' ')}: ${taken} ms in all, ${JSON.parse(lines).length} results`);
}
if (values.keep === undefined) {
  await rm(folder, { recursive: true });
}
