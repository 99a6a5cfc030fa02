import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskOptions } from '../base/index.js';
import { type GraphSession, openSession } from '../engine/index.js';
import { dataType, makeNode, type OnnxModel, type ValueInfoProto, writeModel } from '../onnx/index.js';
import type { Activation } from './channel-statistics.js';
import { type CalibrationTexts, observe } from './observe.js';

/** Σ xᵀx over all tokens x of an activation, [channels × channels]: half the Hessian of a layer's squared error. */
export type GramMatrix = Float32Array;

/** What the Gram matrices that are gathered in one run of the texts may take. */
const bytesPerRun = 512 * 2 ** 20;
/** Tokens that are multiplied at a time. */
const tokensPerProduct = 2048;

/**
 * Gathers the Gram matrices of activations and hands them over, a group at a time, so that a large model's do not have
 * to fit into memory together. The texts are run once for each group.
 *
 * @throws as `observe`
 */
export async function gramMatrices(
  model: OnnxModel,
  activations: readonly Activation[],
  texts: CalibrationTexts,
  use: (activation: Activation, gram: GramMatrix) => Promise<void>,
  options: TaskOptions = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'octavec-'));
  try {
    const { path } = await writeModel(gramModel(), join(folder, 'gram.onnx'));
    await using session = await openSession(path);
    for (const group of groupsWithin(activations, bytesPerRun)) {
      const sums = group.map(({ channels }) => new GramSum(session, channels));
      const probes = group.map(({ name, channels }) => ({ activation: name, channels, kind: 'values' as const }));
      await observe(model, probes, texts, (probe, values) => sums[probe].add(values), options);
      for (const [i, activation] of group.entries()) {
        await use(activation, await sums[i].finish());
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Collects tokens and multiplies them when there are many: one product of 2,048 is far faster than 40 of 50. */
class GramSum {
  readonly #session: GraphSession;
  readonly #channels: number;
  readonly #rows: Float32Array;
  readonly #sum: Float32Array;
  #count = 0;

  constructor(session: GraphSession, channels: number) {
    this.#session = session;
    this.#channels = channels;
    this.#rows = new Float32Array(tokensPerProduct * channels);
    this.#sum = new Float32Array(channels * channels);
  }

  async add(values: Float32Array): Promise<void> {
    const channels = this.#channels;
    const tokens = values.length / channels;
    for (let start = 0; start < tokens; ) {
      const taken = Math.min(tokens - start, tokensPerProduct - this.#count);
      this.#rows.set(values.subarray(start * channels, (start + taken) * channels), this.#count * channels);
      this.#count += taken;
      start += taken;
      if (this.#count === tokensPerProduct) {
        await this.#multiply();
      }
    }
  }

  async finish(): Promise<GramMatrix> {
    await this.#multiply();
    return this.#sum;
  }

  async #multiply(): Promise<void> {
    if (this.#count === 0) {
      return;
    }
    const data = this.#rows.slice(0, this.#count * this.#channels);
    const { gram } = await this.#session.run({ rows: { type: 'float32', dims: [this.#count, this.#channels], data } });
    const product = gram.data as Float32Array;
    for (let i = 0; i < product.length; i++) {
      this.#sum[i] += product[i];
    }
    this.#count = 0;
  }
}

/** Builds a model that multiplies rows [tokens × channels] into their Gram matrix [channels × channels]. */
function gramModel(): OnnxModel {
  const value = (name: string): ValueInfoProto => ({
    name,
    type: {
      tensorType: { elemType: dataType.float, shape: { dim: [{ dimParam: `${name}_0` }, { dimParam: `${name}_1` }] } },
    },
    metadataProps: [],
  });
  return {
    path: 'gram.onnx',
    proto: {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      metadataProps: [],
      functions: [],
      graph: {
        name: 'gram',
        node: [
          makeNode('Transpose', ['rows'], ['columns'], { attributes: { perm: { ints: [1, 0] } } }),
          makeNode('MatMul', ['columns', 'rows'], ['gram']),
        ],
        input: [value('rows')],
        output: [value('gram')],
        initializer: [],
        sparseInitializer: [],
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
    },
  };
}

function groupsWithin(activations: readonly Activation[], bytes: number): Activation[][] {
  const groups: Activation[][] = [];
  let room = 0;
  for (const activation of activations) {
    const { channels } = activation;
    const needed = 4 * channels * (channels + tokensPerProduct);
    if (needed > room || groups.length === 0) {
      groups.push([]);
      room = bytes;
    }
    groups[groups.length - 1].push(activation);
    room -= needed;
  }
  return groups;
}
