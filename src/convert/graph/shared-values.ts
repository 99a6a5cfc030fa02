import type { DistanceBias, EncoderPlan, PlannedLayer, Rotation } from '../../checkpoint/index.js';
import { dataType } from '../../onnx/index.js';
import type { GraphWriter } from './graph-writer.js';
import { rotationTables } from './rotation-tables.js';

/**
 * What all layers share, each computed once: places, masks, biases by distance, cosines and sines.
 *
 * Masks are added to scores, and finite: a row of which nothing is in sight would be NaN otherwise, and NaN times 0 in the
 * next layer spoils the real ones. Two of them are never added, which would overflow; sight is combined before.
 */
export class SharedValues {
  readonly #graph: GraphWriter;
  readonly #plan: EncoderPlan;
  readonly #known = new Map<string, string>();

  constructor(graph: GraphWriter, plan: EncoderPlan) {
    this.#graph = graph;
    this.#plan = plan;
  }

  /** Gives the number of tokens in a batch's longest text, a scalar. */
  get length(): string {
    return this.#once('length', (graph) => {
      const shape = graph.op('Shape', '', ['input_ids'], { start: { int: 1 }, end: { int: 2 } });
      return graph.op('Squeeze', '', [shape, graph.integers([0])]);
    });
  }

  /** Gives the places of tokens, 0, 1, 2 …: [tokens]. */
  get places(): string {
    return this.#once('places', (graph) => graph.op('Range', '', [graph.integers(0), this.length, graph.integers(1)]));
  }

  /** Gives the place of each key minus that of each query: [tokens × tokens]. */
  get distances(): string {
    return this.#once('distances', (graph) => {
      const rows = graph.op('Unsqueeze', '', [this.places, graph.integers([1])]);
      return graph.op('Sub', '', [this.places, rows]);
    });
  }

  /** Returns what is added to the scores of a layer, [batch or 1 × heads or 1 × tokens or 1 × tokens]. */
  mask({ window, causal }: PlannedLayer): string {
    return this.#once(`mask ${window} ${causal}`, (graph) => {
      const sight = this.#sight(window, causal);
      const mask = graph.op('Where', '', [sight, graph.scalar(0), graph.scalar(lowestFloat)]);
      const { bias } = this.#plan;
      return bias === undefined ? mask : graph.op('Add', '', [mask, this.#bias(bias)]);
    });
  }

  /** Returns whether a key is in sight. */
  #sight(window: number, causal: boolean): string {
    const graph = this.#graph;
    const conditions = [this.#isText()];
    if (window > 0) {
      const far = this.#once('far', () => graph.op('Abs', '', [this.distances]));
      conditions.push(graph.op('LessOrEqual', '', [far, graph.integers(window)]));
    }
    if (causal) {
      conditions.push(this.#once('behind', () => graph.op('LessOrEqual', '', [this.distances, graph.integers(0)])));
    }
    return conditions.reduce((all, condition) => graph.op('And', '', [all, condition]));
  }

  /** Returns whether a token is text, [batch × 1 × 1 × tokens]. */
  #isText(): string {
    return this.#once('text', (graph) => {
      const mask = graph.op('Unsqueeze', '', ['attention_mask', graph.integers([1, 2])]);
      return graph.op('Cast', '', [mask], { to: { int: dataType.bool } });
    });
  }

  /** Returns the bias of a distance, [1 × heads × tokens × tokens]. */
  #bias(bias: DistanceBias): string {
    const graph = this.#graph;
    const { heads } = this.#plan;
    if (bias.kind === 'slopes') {
      const negative = Float32Array.from(bias.slopes, (slope) => -slope);
      const slopes = graph.floats('alibi_slopes', [1, heads, 1, 1], negative);
      const far = graph.op('Cast', '', [graph.op('Abs', '', [this.distances])], { to: { int: dataType.float } });
      return graph.op('Mul', '', [far, slopes]);
    }
    const table = graph.floats(`${bias.path}.weight`, [2 * bias.tokens - 1, heads], bias.values);
    const rows = graph.op('Add', '', [this.distances, graph.integers(bias.tokens - 1)]);
    const found = graph.op('Gather', bias.path, [table, rows], { axis: { int: 0 } });
    const byHead = graph.op('Transpose', bias.path, [found], { perm: { ints: [2, 0, 1] } });
    return graph.op('Unsqueeze', bias.path, [byHead, graph.integers([0])]);
  }

  /** Returns cosines and sines [tokens × head width] of a rotation. */
  turns(rotation: Rotation): readonly [cos: string, sin: string] {
    const { frequencies, base } = rotation;
    const rows = Math.max(this.#plan.maxTokens, leastTurns);
    // All of them: two ways to scale a rotation may leave the first ones as they are.
    const key = JSON.stringify([base, ...frequencies]);
    const tables = () => rotationTables(rotation, rows);
    const value = (part: 'cos' | 'sin') =>
      this.#once(`${part} ${key}`, (graph) => {
        const table = graph.floats(`rotary_emb.${part}`, [rows, frequencies.length], tables()[part]);
        const found = graph.op('Gather', 'rotary_emb', [table, this.places], { axis: { int: 0 } });
        return graph.op('Concat', 'rotary_emb', [found, found], { axis: { int: -1 } });
      });
    return [value('cos'), value('sin')];
  }

  #once(key: string, make: (graph: GraphWriter) => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) {
      return known;
    }
    const value = make(this.#graph);
    this.#known.set(key, value);
    return value;
  }
}

/** As PyTorch's finfo(float32).min. */
const lowestFloat = -3.4028234663852886e38;

/** Places that rotary tables have at least: how a graph turns is found out at places that tiny models do not reach. */
const leastTurns = 512;
