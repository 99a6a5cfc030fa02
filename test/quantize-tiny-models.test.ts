import { describe, expect, test } from 'vitest';
import { embeddingTables, linearLayers } from '../src/encoder/index.js';
import { foldConstants, removeDeadNodes } from '../src/graph/index.js';
import {
  dataType,
  elementCount,
  encodeModel,
  isOp,
  type OnnxModel,
  readModel,
  tensorByteLength,
} from '../src/onnx/index.js';
import { dynamicInt8, fp16, leftOut, widen } from '../src/quantize/index.js';
import { int64, type RunOptions, runModel } from './support/run-model.js';
import { type TinyModel, tinyModels } from './support/tiny-models.js';

/** Linear layers of each architecture: two blocks of so many. */
const layersOf: Readonly<Record<string, number>> = {
  bert: 2 * 6,
  distilbert: 2 * 6,
  // Gate, up and down beside q, k, v and the attention's output.
  'gemma3-text': 2 * 7,
  // q, k and v are one; so are gate and up.
  modernbert: 2 * 4,
  mpnet: 2 * 6,
  'nomic-bert': 2 * 7,
  qwen3: 2 * 7,
  roberta: 2 * 6,
  'xlm-roberta': 2 * 6,
};

/** The hidden states of all tokens, [tokens × width], padded to the longest text and cut back. */
async function hiddenStates(
  model: OnnxModel,
  { batch, padTokenId }: TinyModel,
  optimization: RunOptions['optimization'] = 'all',
): Promise<Float32Array> {
  const { ids, offsets } = batch;
  const lengths = Array.from(offsets.subarray(1), (end, i) => end - offsets[i]);
  const longest = Math.max(...lengths);
  const padded = lengths.flatMap((length, text) =>
    Array.from({ length: longest }, (_, i) => (i < length ? ids[offsets[text] + i] : padTokenId)),
  );
  const mask = lengths.flatMap((length) => Array.from({ length: longest }, (_, i) => (i < length ? 1 : 0)));
  const dims = [lengths.length, longest];
  const { last_hidden_state: states } = await runModel(
    model,
    { input_ids: int64(dims, padded), attention_mask: int64(dims, mask) },
    { optimization },
  );
  const width = states.dims[2];
  const all = states.data as Float32Array;
  const rows = lengths.map((length, text) => all.subarray(text * longest * width, (text * longest + length) * width));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Of the rows of two matrices. */
function worstCosine(a: Float32Array, b: Float32Array, width = 64): number {
  let worst = 1;
  for (let start = 0; start < a.length; start += width) {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = start; i < start + width; i++) {
      dot += a[i] * b[i];
      aa += a[i] ** 2;
      bb += b[i] ** 2;
    }
    worst = Math.min(worst, dot / Math.sqrt(aa * bb));
  }
  return worst;
}

/** [minimum cosine over all tokens, by what is made of a model] */
// Random weights have no small neighbours: to be free of saturation costs them up to a bit, which trained ones do not pay.
const bounds = { fp16: 0.99999, widened: 0.99999, int8: 0.996 } as const;

describe.each(tinyModels())('$name', (tiny) => {
  const [architecture] = tiny.name.split('/');
  const source = readModel(tiny.onnxPath);

  test('has the layers and tables of its architecture', async () => {
    const model = foldConstants(await source);
    expect(linearLayers(model)).toHaveLength(layersOf[architecture]);
    expect(embeddingTables(model)).toHaveLength(1);
  });

  test('in FP16 loads at every level of optimization and stays close', async () => {
    const { model, clamped } = fp16(await source);
    expect(clamped).toEqual([]);
    for (const optimization of ['disabled', 'basic', 'extended', 'all'] as const) {
      const states = await hiddenStates(model, tiny, optimization);
      expect(worstCosine(states, tiny.hiddenStates)).toBeGreaterThan(bounds.fp16);
    }
  });

  test('in FP16 keeps what is left out in FP32, at every level of optimization', async () => {
    const selection = { exclude: ['attention-output', 'ffn-down', 'embeddings'] };
    const { weights } = leftOut(foldConstants(await source), selection);
    const { model } = fp16(await source, selection);
    const wide = model.proto.graph.initializer.filter(
      (tensor) => tensor.dataType === dataType.float && elementCount(tensor) > 64,
    );
    expect(new Set(wide.map(({ name }) => name))).toEqual(weights);
    for (const optimization of ['disabled', 'basic', 'extended', 'all'] as const) {
      const states = await hiddenStates(model, tiny, optimization);
      expect(worstCosine(states, tiny.hiddenStates)).toBeGreaterThan(bounds.fp16);
    }
  });

  test('in FP16 keeps nothing large in FP32, and grows by less than its Casts', async () => {
    const before = await source;
    const { model } = fp16(before);
    const { initializer } = model.proto.graph;
    expect(initializer.filter((tensor) => tensor.dataType === dataType.float && elementCount(tensor) > 64)).toEqual([]);
    const halved = weightBytes(before) / 2;
    expect(weightBytes(model)).toBeLessThan(halved * 1.02);
  });

  test('widened from FP16 runs in FP32 as the FP16 file does', async () => {
    const wide = widen(fp16(await source).model);
    expect(wide.proto.graph.initializer.filter((tensor) => tensor.dataType === dataType.float16)).toEqual([]);
    const states = await hiddenStates(wide, tiny);
    expect(worstCosine(states, tiny.hiddenStates)).toBeGreaterThan(bounds.widened);
  });

  test('in INT8 has every layer and table quantized, and stays close', async () => {
    const model = dynamicInt8(await source);
    const integer = model.proto.graph.node.filter((node) => isOp(node, 'MatMulInteger'));
    expect(integer).toHaveLength(layersOf[architecture]);
    expect([linearLayers(model), embeddingTables(model)]).toEqual([[], []]);
    const states = await hiddenStates(model, tiny);
    expect(worstCosine(states, tiny.hiddenStates)).toBeGreaterThan(bounds.int8);
  });

  test('gives the same bytes each time', async () => {
    for (const make of [(model: OnnxModel) => fp16(model).model, (model: OnnxModel) => dynamicInt8(model)]) {
      const bytesOf = async () => Buffer.concat(encodeModel(make(await readModel(tiny.onnxPath)).proto));
      expect((await bytesOf()).equals(await bytesOf())).toBe(true);
    }
  });
});

function weightBytes(model: OnnxModel): number {
  const { initializer } = removeDeadNodes(foldConstants(model)).proto.graph;
  const floats = initializer.filter(({ dataType: type }) => type === dataType.float || type === dataType.float16);
  return floats.reduce((sum, tensor) => sum + tensorByteLength(model, tensor), 0);
}
