/**
 * From starting a process to its first vector, and what the command takes to answer, files being in the page cache and what
 * octavec made of them in its own:
 *
 *     node bench/cold-start.mjs [--rounds N] [--model folder]
 *
 * Node alone is part of all. Subjects take turns; CPU time is that of all threads until the process ends.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ascending, median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { connection, requestBytes } from './http-load.mjs';
import { startServer } from './server-process.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, model: { type: 'string' } },
});
const model = await benchModel(values.model);
const commandLine = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const embedding = (engine) => [
  ...['--input-type=module', '-e'],
  `const { Embedder } = await import('octavec');
   const embedder = await Embedder.load(${JSON.stringify(model)}, { variant: 'int8', engine: '${engine}' });
   await embedder.embed(['hello world']);
   process.exit();`,
];
const subjects = {
  'Node alone': ['-e', '0'],
  "import 'octavec'": ['--input-type=module', '-e', "await import('octavec')"],
  'first vector': embedding('auto'),
  'first vector, ONNX Runtime': embedding('onnxruntime'),
  'octavec --version': [commandLine, '--version'],
  'octavec --help': [commandLine, '--help'],
  'octavec embed "hello world"': [commandLine, 'embed', model, '--variant', 'int8', 'hello world'],
};
const tellCpu = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write('\\ncpu ' + (user + system) / 1000);
});`;

/** @type {Record<string, { wall: number, cpu: number }[]>} */
const times = {};
const note = (name, wall, cpu) => {
  times[name] = [...(times[name] ?? []), { wall, cpu }];
};
// The first round makes what is kept.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, args] of Object.entries(subjects)) {
    const start = performance.now();
    const told = ['--import', `data:text/javascript,${encodeURIComponent(tellCpu)}`, ...args];
    const { stderr } = await promisify(execFile)(process.execPath, told);
    if (round > 0) {
      note(name, performance.now() - start, Number(/cpu (.+)$/.exec(stderr)?.[1]));
    }
  }
  const start = performance.now();
  const server = await startServer([model, '--variant', 'int8']);
  const { ask, close } = connection(server.url);
  await ask(requestBytes('/v1/embeddings', { input: 'first' }));
  if (round > 0) {
    note('octavec serve, first answer', performance.now() - start, Number.NaN);
  }
  close();
  await server.stop();
}
const spread = (found) => {
  const sorted = ascending(found);
  return `${median(found).toFixed(0)} ms (${sorted[0].toFixed(0)}–${sorted[sorted.length - 1].toFixed(0)})`;
};
for (const [name, found] of Object.entries(times)) {
  const cpu = found.map((one) => one.cpu).filter(Number.isFinite);
  const wall = spread(found.map((one) => one.wall));
  console.log(`${name.padEnd(28)} ${wall}${cpu.length > 0 ? `, CPU ${spread(cpu)}` : ''}`);
}
