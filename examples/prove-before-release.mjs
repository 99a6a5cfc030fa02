/** Makes variants, takes the smallest one that passes its gate, and fails where none does. */
import { quantize } from 'octavec';

const model = 'node_modules/@octavec/all-minilm-l6-v2';
const { variants, failures } = await quantize(model, { output: 'release', to: ['q8', 'fp16'] });

for (const { method, error } of failures) {
  console.error(`${method}: ${error.message}`);
}
const [smallest] = variants
  .filter(({ published }) => published)
  .sort((a, b) => a.evidence.file.bytes - b.evidence.file.bytes);
if (smallest === undefined) {
  throw new Error('No variant passes its gate');
}
const { cosine, neighbours } = smallest.evidence.fidelity;
console.log(
  `${smallest.path}: cosine ${cosine.mean.toFixed(4)}, ${neighbours.topKOverlap.toFixed(3)} of neighbours kept`,
);
