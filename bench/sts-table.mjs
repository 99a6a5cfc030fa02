/**
 * What quantizing does to a model on sentences of an STS benchmark:
 *
 *     node bench/sts-table.mjs <test.tsv> <original: folder or .onnx> <variant.onnx> …
 *
 * The table of the benchmark has a score and two sentences in each line. Fidelity (cosine to the original's vector,
 * overlap of the ten nearest neighbours) is measured over its first 2,000 distinct sentences, Spearman's correlation of
 * cosines with the scores over all its pairs.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Embedder } from '../dist/embed/index.js';
import { measureFidelity } from '../dist/evaluate/index.js';
import { openModelFolder } from '../dist/model/index.js';
import { cosine, spearman } from '../dist/numbers/index.js';
import { externalDataFiles, readModel } from '../dist/onnx/index.js';

const [table, originalPath, ...variants] = process.argv.slice(2);
if (originalPath === undefined) {
  console.error('usage: node bench/sts-table.mjs <test.tsv> <original> <variant.onnx> …');
  process.exit(2);
}

const pairs = readFileSync(table, 'utf8')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter(([score, , second]) => second !== undefined && Number.isFinite(Number.parseFloat(score)))
  .map(([score, ...sentences]) => ({ score: Number(score), sentences: sentences.slice(0, 2) }));
const texts = [...new Set(pairs.flatMap(({ sentences }) => sentences))];
const places = new Map(texts.map((text, i) => [text, i]));
const placeOf = (text) => /** @type {number} */ (places.get(text));
const compared = Math.min(2000, texts.length);

const original = await openModelFolder(originalPath);
const headings = ['file', 'MB', 'cos mean', 'p1', 'min', 'top-10', 'STS ρ', 'Δρ'];
const rows = [headings];
let reference;
for (const path of [original.onnxPath, ...variants]) {
  const files = path === original.onnxPath ? original : await openModelFolder(path, { like: original });
  const embedder = await Embedder.load(files);
  const vectors = await embedder.embed(texts);
  await embedder.close();
  const rho = spearman(
    pairs.map(({ sentences: [a, b] }) => cosine(vectors[placeOf(a)], vectors[placeOf(b)])),
    pairs.map(({ score }) => score),
  );
  reference ??= { vectors, rho };
  const { cosine: cosines, neighbours } = await measureFidelity(firstOf(reference.vectors), firstOf(vectors));
  const figures = [cosines.mean, cosines.p1, cosines.min, neighbours.topKOverlap, rho, rho - reference.rho];
  rows.push([shortName(path), megabytes(await readModel(path)), ...figures.map((figure) => figure.toFixed(4))]);
}
const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) {
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}
console.log(`\n${pairs.length} pairs, fidelity over ${compared} of ${texts.length} distinct sentences`);

function firstOf({ data, columns }) {
  return { data: data.subarray(0, compared * columns), rows: compared, columns };
}

function megabytes(model) {
  const bytes = [model.path, ...externalDataFiles(model)].reduce((sum, file) => sum + statSync(file).size, 0);
  return (bytes / 1e6).toFixed(2);
}

function shortName(path) {
  return join(...path.split('/').slice(-3));
}
