/**
 * `npm start`: installs what is missing, builds, and does the main job on the embedded model: full precision → INT8 and
 * FP16, each loaded again and compared with the original. Arguments are handed on to `octavec quantize`.
 */
import { build, buildNative } from './build.mjs';
import { installIfMissing, root, run } from './npm.mjs';

const model = 'models/all-MiniLM-L6-v2';
const output = 'out/all-MiniLM-L6-v2';

installIfMissing();
console.log('Building …');
await build();
buildNative();
console.log(`Quantizing ${model} to INT8 and FP16 in ${output} …\n`);
run(process.execPath, [
  `${root}dist/cli/main.js`,
  ...['quantize', model, output, '--to', 'int8,fp16', '--bench'],
  ...process.argv.slice(2),
]);
