/**
 * One engine in a process of its own, measured on request: { workload } comes in, { ms, peakBytes } goes out. What it runs stands
 * in its first argument: { kind: 'native' | 'onnxruntime', path, threads }.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { openModelFolder } from '../dist/model/index.js';

const { kind, folder, path, threads } = JSON.parse(process.argv[2]);

/** Runs a batch of { ids, offsets } as the peer would serve it. */
const run = await (kind === 'native' ? nativeRunner() : ortRunner());

async function nativeRunner() {
  const { tryNativeEngine } = await import('../dist/engine/index.js');
  const files = await openModelFolder(folder);
  const loaded = await tryNativeEngine({ ...files, onnxPath: path }, { workers: 1, threads });
  if ('reason' in loaded) {
    throw new Error(loaded.reason);
  }
  return (batch) => loaded.engine.embed(batch);
}

async function ortRunner() {
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const batchTexts = 32;
  return async ({ ids, offsets }) => {
    const texts = Array.from({ length: offsets.length - 1 }, (_, i) => i);
    // The favourable order: texts of like length together.
    texts.sort((a, b) => offsets[a + 1] - offsets[a] - (offsets[b + 1] - offsets[b]));
    for (let first = 0; first < texts.length; first += batchTexts) {
      await runPadded(session, texts.slice(first, first + batchTexts), ids, offsets);
    }
  };
}

/** Hidden states of some texts, and their mean over tokens, as an embedder on top of the run time does it. */
async function runPadded(session, texts, ids, offsets) {
  const longest = Math.max(...texts.map((text) => offsets[text + 1] - offsets[text]));
  const inputIds = new BigInt64Array(texts.length * longest);
  const mask = new BigInt64Array(texts.length * longest);
  texts.forEach((text, row) => {
    for (let t = offsets[text]; t < offsets[text + 1]; t++) {
      inputIds[row * longest + t - offsets[text]] = BigInt(ids[t]);
      mask[row * longest + t - offsets[text]] = 1n;
    }
  });
  const dims = [texts.length, longest];
  const feeds = { input_ids: new Tensor('int64', inputIds, dims), attention_mask: new Tensor('int64', mask, dims) };
  if (session.inputNames.includes('token_type_ids')) {
    feeds.token_type_ids = new Tensor('int64', new BigInt64Array(texts.length * longest), dims);
  }
  const { [session.outputNames[0]]: hidden } = await session.run(feeds, [session.outputNames[0]]);
  const width = hidden.dims[2];
  return texts.map((text, row) => {
    const vector = new Float32Array(width);
    const tokens = offsets[text + 1] - offsets[text];
    for (let t = 0; t < tokens; t++) {
      const start = (row * longest + t) * width;
      for (let i = 0; i < width; i++) {
        vector[i] += hidden.data[start + i] / tokens;
      }
    }
    return vector;
  });
}

/** Milliseconds that have passed, or with MEASURE=cpu those that this process was at work: on a machine with other work. */
function clock() {
  if (process.env.MEASURE !== 'cpu') {
    return performance.now();
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

process.on('message', async ({ ids, offsets, leastMs }) => {
  const batch = { ids: Int32Array.from(ids), offsets: Int32Array.from(offsets) };
  await run(batch);
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  do {
    const start = clock();
    await run(batch);
    best = Math.min(best, clock() - start);
  } while (performance.now() - begun < leastMs);
  process.send?.({ ms: best, peakBytes: process.resourceUsage().maxRSS * 1024 });
});
process.send?.({ ready: true });
