/**
 * One peer of bench/run-time.mjs in a process of its own: `run-time-peer.mjs <peer> <model folder> <threads>`, told by
 * messages what to embed. Peers embed texts as a user of theirs would: a list in batches of 32 in its order, and calls
 * of their own for single texts.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [peer, model, threadsText] = process.argv.slice(2);
const threads = Number(threadsText);
const batchSize = 32;

/** Each loads the model and gives a function from a list of texts to their vectors. */
const peers = {
  octavec: () => octavec('auto'),
  'octavec, onnxruntime': () => octavec('onnxruntime'),

  /** onnxruntime-node and tokenizers as their documentations show them. */
  async 'onnxruntime-node'() {
    const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default;
    const { Tokenizer } = (await import('tokenizers')).default;
    const tokenizer = Tokenizer.fromFile(join(model, 'tokenizer.json'));
    const { max_seq_length: maxLength } = JSON.parse(await readFile(join(model, 'sentence_bert_config.json'), 'utf8'));
    tokenizer.setTruncation(maxLength);
    const session = await InferenceSession.create(join(model, 'onnx/model_int8.onnx'), { intraOpNumThreads: threads });
    const width = 384;
    const embedBatch = async (texts) => {
      const ids = (await tokenizer.encodeBatch(texts)).map((encoding) => encoding.getIds());
      const longest = Math.max(...ids.map((row) => row.length));
      const dims = [texts.length, longest];
      const tensor = (value) => {
        const data = new BigInt64Array(texts.length * longest);
        for (const [i, row] of ids.entries()) {
          for (const [j, id] of row.entries()) {
            data[i * longest + j] = value(id);
          }
        }
        return new Tensor('int64', data, dims);
      };
      const feeds = { input_ids: tensor(BigInt), attention_mask: tensor(() => 1n), token_type_ids: tensor(() => 0n) };
      const output = (await session.run(feeds))[session.outputNames[0]];
      const data = /** @type {Float32Array} */ (output.data);
      const vectors = new Float32Array(texts.length * width);
      ids.forEach((row, i) => {
        let squares = 0;
        for (let k = 0; k < width; k++) {
          let sum = 0;
          for (let j = 0; j < row.length; j++) {
            sum += data[(i * longest + j) * width + k];
          }
          vectors[i * width + k] = sum / row.length;
          squares += (sum / row.length) ** 2;
        }
        for (let k = 0; k < width; k++) {
          vectors[i * width + k] /= Math.sqrt(squares);
        }
      });
      return vectors;
    };
    return (texts) => inBatches(texts, embedBatch);
  },

  async 'transformers.js'() {
    // Not a dependency of octavec: installed wherever OCTAVEC_PEERS says.
    const require = createRequire(join(process.env.OCTAVEC_PEERS ?? '.', 'package.json'));
    const { env, pipeline } = await import(pathToFileURL(require.resolve('@huggingface/transformers')).href);
    env.allowRemoteModels = false;
    env.localModelPath = join(model, '..');
    const options = { dtype: 'q8', session_options: { intraOpNumThreads: threads } };
    const extract = await pipeline('feature-extraction', model.split('/').at(-1), options);
    const embedBatch = async (texts) => (await extract(texts, { pooling: 'mean', normalize: true })).data;
    return (texts) => inBatches(texts, embedBatch);
  },
};

async function octavec(engine) {
  const { Embedder } = await import('octavec');
  // As many threads as the others, shared among workers as octavec does by itself.
  const { planThreads } = await import('../dist/engine/index.js');
  const plan = planThreads({ threads, reason: 'bench' });
  const { workers } = plan;
  const embedder = await Embedder.load(model, { variant: 'int8', engine, workers, threads: plan.threads });
  return async (texts) => (await embedder.embed(texts)).data;
}

async function inBatches(texts, embedBatch) {
  const parts = [];
  for (let i = 0; i < texts.length; i += batchSize) {
    parts.push(await embedBatch(texts.slice(i, i + batchSize)));
  }
  return parts;
}

/** Callers that come at the same time, each with one text after the other; latencies of all calls in ms. */
async function concurrent(embed, texts, callers, callsEach) {
  const latencies = [];
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let call = 0; call < callsEach; call++) {
        const start = performance.now();
        await embed([texts[(caller + call * callers) % texts.length]]);
        latencies.push(performance.now() - start);
      }
    }),
  );
  return latencies;
}

const embed = await peers[peer]();
process.on('message', async ({ texts, callers, callsEach }) => {
  const start = performance.now();
  const before = process.cpuUsage();
  const latencies =
    callers === 0 ? await embed(texts).then(() => []) : await concurrent(embed, texts, callers, callsEach);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ ms: performance.now() - start, cpuMs: (user + system) / 1000, latencies });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
