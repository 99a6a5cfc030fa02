/** Finds texts that say the same in other words. */
import { Embedder } from 'octavec';

const texts = [
  'How do I reset my password?',
  'The invoice shows a wrong amount.',
  'I forgot my password. How can I set a new one?',
  'Where is my parcel?',
];

const embedder = await Embedder.load('minilm', { variant: 'int8' });
const vectors = [...(await embedder.embed(texts))];
await embedder.close();

const pairs = vectors.flatMap((a, i) =>
  vectors.slice(i + 1).map((b, j) => ({
    similarity: a.reduce((sum, value, k) => sum + value * b[k], 0),
    texts: [texts[i], texts[i + 1 + j]],
  })),
);
const duplicates = pairs.filter(({ similarity }) => similarity > 0.7);
console.log(duplicates);

if (duplicates.length !== 1) {
  throw new Error(`One pair was expected, not ${duplicates.length}`);
}
