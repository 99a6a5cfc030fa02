// What quantizing large models takes: seconds and largest resident memory, against the sizes of input and output.
//
//   npm run build && node bench/large-models.mjs [folder for the models, 8 GB]
//
// The models have the shapes of BERT-large (1.3 GB) and of a 24-layer encoder with a vocabulary of 250,000 words (2.2 GB,
// weights outside the file), with random weights. Each method runs in a process of its own: read, quantize, write. Where
// Python has onnxruntime, onnxruntime.quantization does the same next.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floatTensor, makeNode, readModel, writeModel } from '../dist/onnx/index.js';
import { dynamicInt8, fp16, q4, q8 } from '../dist/quantize/index.js';

const shapes = {
  'bert-large': { words: 30_522, width: 1024, inner: 4096, layers: 24 },
  'xlm-roberta-large': { words: 250_002, width: 1024, inner: 4096, layers: 24 },
};
const methods = {
  fp16: async (model) => fp16(model).model,
  int8: async (model) => dynamicInt8(model),
  q8: (model) => q8(model),
  q4: (model) => q4(model),
};

const [first, second, third, fourth] = process.argv.slice(2);
if (first === '--one') {
  await quantizeOne(second, third, fourth);
} else {
  await compare(first ?? join(tmpdir(), 'octavec-large-models'));
}

async function compare(folder) {
  mkdirSync(folder, { recursive: true });
  console.log(
    'model              method  tool            input    output   peak RSS   input + output + 200 MB   seconds',
  );
  for (const [name, shape] of Object.entries(shapes)) {
    const source = join(folder, `${name}.onnx`);
    if (!existsSync(source)) {
      await writeModel(encoder(shape), source);
    }
    for (const method of Object.keys(methods)) {
      const target = join(folder, `${name}-${method}.onnx`);
      const commands = {
        octavec: [process.execPath, here('large-models.mjs'), '--one'],
        ...(method !== 'fp16' && { onnxruntime: ['python3', here('reference-large.py')] }),
      };
      for (const [tool, [command, ...first]] of Object.entries(commands)) {
        const run = spawnSync(command, [...first, method, source, target], { encoding: 'utf8' });
        const label = `${name.padEnd(18)} ${method.padEnd(6)}  ${tool.padEnd(11)}`;
        if (run.status === 0) {
          const { peak, seconds } = JSON.parse(run.stdout);
          const [input, output] = [sizeOf(source), sizeOf(target)];
          const mb = (bytes) => `${Math.round(bytes / 1e6)} MB`.padStart(8);
          console.log(
            `${label} ${mb(input)}  ${mb(output)}   ${mb(peak)}   ${mb(input + output + 2e8).padStart(22)}   ${seconds.toFixed(1).padStart(7)}`,
          );
        } else {
          const lines = run.stderr.trim().split('\n');
          console.log(`${label} failed: ${lines[lines.length - 1].slice(0, 120)}`);
        }
        for (const file of readdirSync(folder).filter((entry) => entry.startsWith(`${name}-${method}`))) {
          rmSync(join(folder, file));
        }
      }
    }
  }
}

async function quantizeOne(method, source, target) {
  const start = performance.now();
  await writeModel(await methods[method](await readModel(source)), target);
  const seconds = (performance.now() - start) / 1000;
  const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  console.log(JSON.stringify({ peak, seconds }));
}

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** With its external data, however the tool calls the file. */
function sizeOf(path) {
  const files = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return files.reduce((sum, name) => sum + statSync(join(dirname(path), name)).size, 0);
}

/** An encoder's linear layers and table, without its attention: what weighs. */
function encoder({ words, width, inner, layers }) {
  const initializers = [];
  const weight = (name, dims) => {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let i = 0, state = initializers.length + 1; i < data.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      data[i] = state / 2 ** 36;
    }
    initializers.push(floatTensor(name, dims, data));
    return name;
  };
  const nodes = [makeNode('Gather', [weight('words', [words, width]), 'input_ids'], ['hidden'])];
  let hidden = 'hidden';
  const linear = (name, input, inputs, outputs) => {
    nodes.push(makeNode('MatMul', [input, weight(`${name}.weight`, [inputs, outputs])], [`${name}.product`]));
    nodes.push(makeNode('Add', [`${name}.product`, weight(`${name}.bias`, [outputs])], [name]));
    return name;
  };
  for (let layer = 0; layer < layers; layer++) {
    const [q, k, v] = ['q', 'k', 'v'].map((part) => linear(`${layer}.${part}`, hidden, width, width));
    nodes.push(makeNode('Add', [q, k], [`${layer}.qk`]), makeNode('Add', [`${layer}.qk`, v], [`${layer}.qkv`]));
    const attended = linear(`${layer}.attention`, `${layer}.qkv`, width, width);
    const up = linear(`${layer}.up`, attended, width, inner);
    hidden = linear(`${layer}.down`, up, inner, width);
  }
  const value = (name, elemType) => ({ name, type: { tensorType: { elemType } }, metadataProps: [] });
  return {
    path: 'encoder.onnx',
    proto: {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      metadataProps: [],
      functions: [],
      graph: {
        name: 'encoder',
        node: nodes,
        initializer: initializers,
        sparseInitializer: [],
        input: [value('input_ids', 7)],
        output: [value(hidden, 1)],
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
    },
  };
}
