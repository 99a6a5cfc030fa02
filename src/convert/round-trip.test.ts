import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  type DistanceBias,
  type EncoderPlan,
  openCheckpoint,
  type PlannedLayer,
  type PlannedLinear,
  type PlannedNorm,
  type Weight,
} from '../checkpoint/index.js';
import { type EncoderDescription, type EncoderLinear, type EncoderNorm, recogniseEncoder } from '../encoder/index.js';
import { type OnnxModel, type TensorProto, tensorFloats } from '../onnx/index.js';
import { buildEncoder } from './graph/build-encoder.js';
import { streamWeight } from './graph/stream-weight.js';

const fixtures = fileURLToPath(new URL('../../test/fixtures', import.meta.url));
const folders = [
  ...readdirSync(join(fixtures, 'tiny')).map((name) => join('tiny', name)),
  ...[
    ...['gte', 'gte-ntk', 'jina', 'jina-qk-norm', 'jina-twelve-heads', 'gemma3-causal', 'gemma3-period'],
    ...['modernbert-period', 'qwen3-wide-heads'],
  ].map((name) => join('convert', name)),
];

/** What is written is recognised, and writing what was recognised gives the same graph: neither knows of the other. */
describe.each(folders)('%s', (name) => {
  test('is recognised as what it was built from, and built the same again', async () => {
    const folder = join(fixtures, name);
    const checkpoint = await openCheckpoint(folder);
    const { weights } = checkpoint;
    try {
      const plan = asStored(checkpoint.plan);
      const built = buildEncoder(plan);
      const initializer = await Promise.all(
        built.proto.graph.initializer.map(async (tensor): Promise<TensorProto> => {
          const data = built.deferred.get(tensor.name ?? '');
          return data === undefined ? tensor : { ...tensor, rawData: await bytesOf(streamWeight(weights, data)) };
        }),
      );
      const graph = { ...built.proto.graph, initializer };
      const model: OnnxModel = { path: 'built.onnx', proto: { ...built.proto, graph } };
      const found = recogniseEncoder(model, { padTokenId: plan.padTokenId });
      expect('reason' in found ? found.reason : '').toBe('');
      const { encoder } = found as { encoder: EncoderDescription };
      const again = buildEncoder(planOf(encoder, plan));
      expect(again.proto.graph.node).toEqual(graph.node);
      expect(again.proto.graph.input).toEqual(graph.input);
      const sizes = (all: readonly TensorProto[]) => all.map(({ name, dims }) => [name, dims]);
      expect(sizes(again.proto.graph.initializer)).toEqual(sizes(initializer));
      compareNumbers(model, again.proto.graph.initializer);
    } finally {
      await weights.close();
    }
  });
});

/** Graphs hold ε in single precision. */
function asStored(plan: EncoderPlan): EncoderPlan {
  return JSON.parse(JSON.stringify(plan), (key, value) => {
    const isList = value !== null && typeof value === 'object' && '0' in value && !Array.isArray(value);
    return key === 'epsilon' ? Math.fround(value) : isList ? Float32Array.from(Object.values(value as object)) : value;
  });
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Buffer[] = [];
  for await (const piece of pieces) {
    all.push(Buffer.from(piece));
  }
  return Uint8Array.from(Buffer.concat(all));
}

/** Tables and constants that the builder computes: those of places that were seen come back to the last digits. */
function compareNumbers(model: OnnxModel, found: readonly TensorProto[]): void {
  const expected = model.proto.graph.initializer;
  for (const [i, tensor] of found.entries()) {
    if (tensor.rawData !== undefined && tensor.dataType === 1) {
      const [a, b] = [tensor, expected[i]].map((each) => tensorFloats(model, each));
      const worst = a.reduce(
        (most, value, j) => Math.max(most, Math.abs(value - b[j]) / Math.max(1, Math.abs(b[j]))),
        0,
      );
      expect(worst, tensor.name).toBeLessThan(1e-3);
    }
  }
}

/**
 * The plan of an encoder as it was recognised. Token types are folded into one row there and where rotary tables end is not
 * part of an encoder: these are the original's.
 */
function planOf(encoder: EncoderDescription, original: EncoderPlan): EncoderPlan {
  const { hidden, heads, keyValueHeads, headWidth, ffn, activation, preNorm, scoreScale, wordFactor } = encoder;
  const { maxTokens, padTokenId } = original;
  const { uncounted, first = 0, table } = encoder.positions ?? {};
  if (encoder.maxTokens !== undefined) {
    expect(encoder.maxTokens).toBe(maxTokens);
  }
  const positions = table && {
    ...tableOf(table.values as TensorProto),
    rows: uncounted === undefined ? ('place' as const) : ('counted' as const),
  };
  expect(first).toBe(uncounted === undefined ? 0 : uncounted.row + 1);
  return {
    ...{ hidden, heads, keyValueHeads, headWidth, ffn, maxTokens, activation, preNorm, scoreScale },
    padTokenId: uncounted?.word ?? padTokenId,
    words: tableOf(encoder.words.values as TensorProto),
    wordScale: wordFactor === 1 ? undefined : wordFactor,
    positions,
    types: encoder.tokenType && original.types,
    bias: biasOf(encoder, original),
    embeddingNorm: normOf(encoder.embeddingNorm),
    finalNorm: normOf(encoder.finalNorm),
    layers: encoder.layers.map((layer, i): PlannedLayer => {
      const [query, key, value, out, up, gate, down] = [
        ...[layer.query, layer.key, layer.value, layer.out, layer.up, layer.gate, layer.down].map(linearOf),
      ] as PlannedLinear[];
      const path = /^.*?\.\d+(?=\.)/.exec(out.path)?.[0] ?? '';
      const parent = (part: PlannedLinear) => part.path.slice(0, part.path.lastIndexOf('.'));
      const scoped = (norm: EncoderNorm | undefined) => {
        const planned = normOf(norm);
        return (
          planned && { ...planned, over: norm?.gamma.dims?.[0] === headWidth ? ('head' as const) : ('all' as const) }
        );
      };
      const { rotation } = original.layers[i];
      return {
        ...{ path, attentionPath: parent(query), ffnPath: parent(down), query, key, value, out, up, gate, down },
        attentionNorm: normOf(layer.attentionNorm),
        queryNorm: scoped(layer.queryNorm),
        keyNorm: scoped(layer.keyNorm),
        attentionOutNorm: normOf(layer.attentionOutNorm),
        ffnNorm: normOf(layer.ffnNorm),
        ffnOutNorm: normOf(layer.ffnOutNorm),
        rotation: layer.rotation && { base: rotation?.base ?? 0, frequencies: layer.rotation },
        window: layer.window,
        causal: layer.causal,
      };
    }),
  };
}

function biasOf(
  { relativeBias, distanceSlopes, heads }: EncoderDescription,
  { bias }: EncoderPlan,
): DistanceBias | undefined {
  if (distanceSlopes !== undefined) {
    return { kind: 'slopes', slopes: distanceSlopes.map((slope) => -slope) };
  }
  if (relativeBias === undefined || bias?.kind !== 'table') {
    return undefined;
  }
  const rows = relativeBias.length / heads;
  const values = Float32Array.from(relativeBias, (_, i) => relativeBias[(i % heads) * rows + Math.floor(i / heads)]);
  return { kind: 'table', path: bias.path, values, tokens: (rows + 1) / 2 };
}

/** A tensor by its name; what it is made of does not matter to the graph. */
function weightOf({ name = '', dims = [] }: TensorProto): Weight {
  return { tensor: { name, type: 'F32', dims, path: '', offset: 0, bytes: 0 } };
}

function pathOf({ name = '' }: TensorProto): string {
  return name.replace(/\.(weight|bias)$/, '');
}

function tableOf(tensor: TensorProto) {
  return { path: pathOf(tensor), weight: weightOf(tensor), count: tensor.dims?.[0] ?? 0 };
}

function normOf(norm: EncoderNorm | undefined): PlannedNorm | undefined {
  return (
    norm && {
      path: pathOf(norm.gamma),
      kind: norm.rms ? 'rms' : 'layer',
      gamma: weightOf(norm.gamma),
      beta: norm.beta && weightOf(norm.beta),
      epsilon: Math.fround(norm.epsilon),
    }
  );
}

function linearOf(linear: EncoderLinear | undefined): PlannedLinear | undefined {
  if (linear === undefined) {
    return undefined;
  }
  const tensor = linear.weights as TensorProto;
  const [inputs = 0, outputs = 0] = tensor.dims ?? [];
  return {
    path: pathOf(tensor),
    weight: weightOf(tensor),
    bias: linear.bias && weightOf(linear.bias),
    inputs,
    outputs,
  };
}
