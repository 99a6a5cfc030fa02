/** Vectors of input of any length, in order and in bounded memory: `zcat log.gz | node stream-a-pipe.mjs`. */
import { createInterface } from 'node:readline';
import { Embedder } from 'octavec';

const embedder = await Embedder.load('minilm', { variant: 'int8' });
const lines = createInterface({ input: process.stdin });

let count = 0;
for await (const { vectors } of embedder.stream(lines)) {
  for (const vector of vectors) {
    console.log(JSON.stringify({ line: ++count, embedding: Array.from(vector) }));
  }
}
await embedder.close();
