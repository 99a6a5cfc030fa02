/**
 * `npm start`: installs what is missing, builds, and does the main job on the embedded model: full precision → INT8 and
 * FP16, each loaded again and compared with the original. Arguments are handed on to `octavec quantize`.
 */
import { build } from './build.mjs';
import { installIfMissing, root, run } from './npm.mjs';

installIfMissing();
build();
run(process.execPath, [
  `${root}dist/cli/main.js`,
  'quantize',
  'models/all-MiniLM-L6-v2',
  'out/all-MiniLM-L6-v2',
  '--to',
  'int8,fp16',
  '--bench',
  ...process.argv.slice(2),
]);
