/**
 * What each graph pass brings in ONNX Runtime: milliseconds of processor time of a run on one thread, and of loading, in FP32 and INT8.
 *
 *     node bench/graph-passes.mjs [--model file.onnx] [--rounds N] [--json]
 *
 * The model is widened to FP32 first. "shapes declared" is the model as exports of today write it, which say the shapes
 * of inner values: there ONNX Runtime puts residuals and norms together to SkipLayerNormalization unless a pass keeps
 * them apart. All variants take turns, round after round; ratios are taken within a round, and the table has the median.
 * A round of the embedded model takes about a minute of processor time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ascending, median, quantile } from '../dist/numbers/index.js';
import { readModel, withGraph, writeModel } from '../dist/onnx/index.js';
import { graphPasses, optimize } from '../dist/passes/index.js';
import { dynamicInt8, widen } from '../dist/quantize/index.js';

const embedded = fileURLToPath(new URL('../models/all-MiniLM-L6-v2/onnx/model_fp16.onnx', import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: embedded },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const source = widen(await readModel(values.model));
const all = optimize(source);
const apart = optimize(source, { without: ['residuals'] });
const graphs = {
  'as it is': source,
  ...Object.fromEntries(
    graphPasses.map((pass) => [`only ${pass}`, optimize(source, { without: graphPasses.filter((p) => p !== pass) })]),
  ),
  'all passes': all,
  'shapes declared, without residuals': withDeclaredShapes(apart),
  'shapes declared, all passes': withDeclaredShapes(all),
};
const shapes = [
  { batch: 1, tokens: 16, repeats: 60 },
  { batch: 32, tokens: 128, repeats: 1 },
];

const folder = await mkdtemp(join(tmpdir(), 'octavec-bench-'));
const results = [];
try {
  for (const [precision, make] of Object.entries({ fp32: (model) => model, int8: dynamicInt8 })) {
    results.push(...(await measure(precision, make)));
  }
} finally {
  await rm(folder, { recursive: true });
}
report();

/** Says the shapes around norms, as [batch, tokens, width]; not around the first, where positions have a batch of 1. */
function withDeclaredShapes(model) {
  const { graph } = model.proto;
  const byOutput = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
  const names = new Map();
  for (const node of graph.node.filter(({ opType }) => opType === 'LayerNormalization').slice(1)) {
    const [width] = graph.initializer.find(({ name }) => name === node.input[1]).dims;
    for (const name of [...node.output, node.input[0], ...(byOutput.get(node.input[0])?.input ?? [])]) {
      names.set(name, width);
    }
  }
  const valueInfo = [...names]
    .filter(([name]) => byOutput.has(name) && !graph.output.some((output) => output.name === name))
    .map(([name, dimValue]) => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'b' }, { dimParam: 't' }, { dimValue }] } } },
      metadataProps: [],
    }));
  return withGraph(model, { ...graph, valueInfo });
}

async function measure(precision, make) {
  const rows = [];
  for (const [name, graph] of Object.entries(graphs)) {
    const { path, bytes } = await writeModel(make(graph), join(folder, `${precision}-${rows.length}.onnx`));
    rows.push({ precision, name, path, bytes, load: [], runs: shapes.map(() => []) });
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    // A session at a time: several would fight for the caches.
    for (const row of rows) {
      console.error(`${precision}, round ${round + 1} of ${values.rounds}: ${row.name}`);
      const start = processorMs();
      const session = await open(row.path);
      row.load.push(processorMs() - start);
      for (const [i, shape] of shapes.entries()) {
        row.runs[i].push(await timeOf(session, shape));
      }
      await session.release();
    }
  }
  return rows;
}

/** Processor time of this process, in which runs on one thread spend all of theirs: others on the machine do not count. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function open(path) {
  return InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
}

/** The least time of some runs: what is left when nobody disturbs. */
async function timeOf(session, { batch, tokens, repeats }) {
  const of = (value) =>
    new Tensor(
      'int64',
      BigInt64Array.from({ length: batch * tokens }, (_, i) => value(i)),
      [batch, tokens],
    );
  const known = {
    input_ids: of((i) => BigInt(1000 + ((i * 37) % 20000))),
    attention_mask: of(() => 1n),
    token_type_ids: of(() => 0n),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, known[name]]));
  await session.run(feeds);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = processorMs();
    await session.run(feeds);
    least = Math.min(least, processorMs() - start);
  }
  return least;
}

function report() {
  const table = results.map(({ precision, name, bytes, load, runs }) => {
    const first = results.find((row) => row.precision === precision);
    const faster = (own, base) => ascending(own.map((ms, round) => base[round] / ms));
    return {
      precision,
      name,
      bytes,
      loadMs: median(ascending(load)),
      runs: shapes.map(({ batch, tokens }, i) => ({
        shape: `${batch} × ${tokens}`,
        ms: median(ascending(runs[i])),
        timesAsFast: median(faster(runs[i], first.runs[i])),
        from: quantile(faster(runs[i], first.runs[i]), 0.25),
        to: quantile(faster(runs[i], first.runs[i]), 0.75),
      })),
    };
  });
  if (values.json) {
    console.log(JSON.stringify(table, null, 2));
    return;
  }
  for (const { precision, name, bytes, loadMs, runs } of table) {
    const times = runs.map(
      ({ shape, ms, timesAsFast, from, to }) =>
        `${shape}: ${ms.toFixed(2)} ms, × ${timesAsFast.toFixed(3)} (${from.toFixed(2)}–${to.toFixed(2)})`,
    );
    const size = `${(bytes / 1e6).toFixed(2)} MB`;
    console.log([precision, name.padEnd(36), size, `load ${loadMs.toFixed(0)} ms`, ...times].join('  '));
  }
}
