/** Embeds documents once, stores the vectors in a file, and answers queries from it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Embedder } from 'octavec';

const documents = [
  'The parcel arrives within three working days.',
  'You can return shoes within thirty days.',
  'We accept bank transfer and credit cards.',
  'Our shop is closed on public holidays.',
];

const embedder = await Embedder.load('minilm', { variant: 'int8' });

// Store: one Float32Array after the other.
const vectors = await embedder.embed(documents);
writeFileSync(
  'documents.f32',
  Buffer.concat(Array.from(vectors, (vector) => Buffer.from(new Float32Array(vector).buffer))),
);

// Search.
const stored = new Float32Array(new Uint8Array(readFileSync('documents.f32')).buffer);
const [query] = await embedder.embed(['How long does delivery take?']);
const width = query.length;
const ranking = documents
  .map((document, i) => ({ document, score: dot(stored.subarray(i * width, (i + 1) * width), query) }))
  .sort((a, b) => b.score - a.score);
for (const { document, score } of ranking) {
  console.log(score.toFixed(3), document);
}
await embedder.close();

if (!ranking[0].document.startsWith('The parcel')) {
  throw new Error('The nearest document is not the expected one');
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
