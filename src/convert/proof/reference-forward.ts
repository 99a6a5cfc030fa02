import { type TaskOptions, throwIfCancelled } from '../../base/index.js';
import type {
  Activation,
  EncoderPlan,
  PlannedClassifier,
  PlannedLayer,
  PlannedLinear,
  PlannedNorm,
  PlannedTable,
  Weight,
  WeightFiles,
} from '../../checkpoint/index.js';
import { activations } from '../../numbers/index.js';

/** Rows of numbers: one for each token of all texts. */
type Rows = Float64Array;

/** Token ids, and for the model that has such, their types. */
export interface ProbeText {
  readonly ids: readonly number[];
  /** 0 for all where it is left out. */
  readonly types?: readonly number[];
}

/**
 * Computes what an encoder gives from the stored weights in plain loops and double precision: the reference that a
 * converted file is compared with. It shares nothing with the graph but the plan. It is slow, and meant for a few
 * tokens.
 *
 * @param texts without padding
 * @returns [tokens × hidden], the texts one after the other; of rerankers and classifiers [texts × classes]
 */
export async function referenceForward(
  plan: EncoderPlan,
  weights: WeightFiles,
  texts: readonly ProbeText[],
  { signal, onProgress }: TaskOptions = {},
): Promise<Rows> {
  const run = new ReferenceRun(plan, weights, texts);
  let hidden = await run.embed();
  for (const [done, layer] of plan.layers.entries()) {
    throwIfCancelled(signal, 'proving the converted model');
    onProgress?.({ stage: 'Computing the reference', done, total: plan.layers.length, unit: 'layers' });
    hidden = await run.layer(layer, hidden);
  }
  hidden = await run.norm(plan.finalNorm, hidden, plan.hidden);
  return plan.classifier === undefined ? hidden : run.scores(plan.classifier, hidden);
}

class ReferenceRun {
  readonly #plan: EncoderPlan;
  readonly #weights: WeightFiles;
  readonly #texts: readonly ProbeText[];
  readonly #tokens: number;

  constructor(plan: EncoderPlan, weights: WeightFiles, texts: readonly ProbeText[]) {
    this.#plan = plan;
    this.#weights = weights;
    this.#texts = texts;
    this.#tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  }

  async embed(): Promise<Rows> {
    const { hidden, words, wordScale = 1, types, positions, padTokenId, embeddingNorm } = this.#plan;
    const out = new Float64Array(this.#tokens * hidden);
    let token = 0;
    for (const { ids, types: own } of this.#texts) {
      let counted = 0;
      for (const [place, id] of ids.entries()) {
        const row = out.subarray(token * hidden, ++token * hidden);
        addTo(row, await this.#row(words, id), wordScale);
        if (types !== undefined) {
          addTo(row, await this.#row(types, own?.[place] ?? 0));
        }
        if (positions !== undefined) {
          counted += id === padTokenId ? 0 : 1;
          const after = id === padTokenId ? padTokenId : padTokenId + counted;
          addTo(row, await this.#row(positions, positions.rows === 'place' ? place : after));
        }
      }
    }
    return this.norm(embeddingNorm, out, hidden);
  }

  async layer(layer: PlannedLayer, input: Rows): Promise<Rows> {
    const { preNorm, hidden } = this.#plan;
    const before = preNorm ? await this.norm(layer.attentionNorm, input, hidden) : input;
    const attended = await this.norm(layer.attentionOutNorm, await this.#attention(layer, before), hidden);
    addTo(attended, input);
    const between = preNorm ? attended : await this.norm(layer.attentionNorm, attended, hidden);
    const fed = await this.#feedForward(layer, preNorm ? await this.norm(layer.ffnNorm, between, hidden) : between);
    const out = await this.norm(layer.ffnOutNorm, fed, hidden);
    addTo(out, between);
    return preNorm ? out : this.norm(layer.ffnNorm, out, hidden);
  }

  /** Returns the scores of each text, from the hidden state of its first token or the mean of all. */
  async scores({ pooling, dense, activation, norm, out }: PlannedClassifier, hidden: Rows): Promise<Rows> {
    const width = dense.inputs;
    const pooled = new Float64Array(this.#texts.length * width);
    let token = 0;
    for (const [text, { ids }] of this.#texts.entries()) {
      const row = pooled.subarray(text * width, (text + 1) * width);
      const counted = pooling === 'cls' ? 1 : ids.length;
      for (let place = 0; place < counted; place++) {
        addTo(row, hidden.subarray((token + place) * width, (token + place + 1) * width), 1 / counted);
      }
      token += ids.length;
    }
    const active = (await this.#linear(dense, pooled)).map(functions[activation]);
    return this.#linear(out, await this.norm(norm, active, width));
  }

  /** Normalizes rows of `width` numbers, each by itself. What has no norm stays as it is. */
  async norm(part: PlannedNorm | undefined, values: Rows, width: number): Promise<Rows> {
    if (part === undefined) {
      return values;
    }
    const gamma = await this.#numbers(part.gamma);
    const beta = part.beta && (await this.#numbers(part.beta));
    const out = new Float64Array(values.length);
    for (let start = 0; start < values.length; start += width) {
      const row = values.subarray(start, start + width);
      const mean = part.kind === 'layer' ? row.reduce((sum, x) => sum + x, 0) / width : 0;
      const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / width;
      const scale = 1 / Math.sqrt(variance + part.epsilon);
      for (let i = 0; i < width; i++) {
        out[start + i] = (row[i] - mean) * scale * gamma[i] + (beta?.[i] ?? 0);
      }
    }
    return out;
  }

  async #attention(layer: PlannedLayer, input: Rows): Promise<Rows> {
    const { heads, keyValueHeads, headWidth } = this.#plan;
    const normed = async (part: PlannedLayer['queryNorm'], values: Rows) =>
      this.norm(part, values, part?.over === 'all' ? values.length / this.#tokens : headWidth);
    const query = await normed(layer.queryNorm, await this.#linear(layer.query, input));
    const key = await normed(layer.keyNorm, await this.#linear(layer.key, input));
    const value = await this.#linear(layer.value, input);
    this.#turn(layer, query, heads);
    this.#turn(layer, key, keyValueHeads);
    const context = new Float64Array(this.#tokens * heads * headWidth);
    let first = 0;
    for (const { ids } of this.#texts) {
      const { length } = ids;
      for (let head = 0; head < heads; head++) {
        for (let place = 0; place < length; place++) {
          this.#attend(layer, { query, key, value, context }, first, length, head, place);
        }
      }
      first += length;
    }
    return this.#linear(layer.out, context);
  }

  /** Computes what one token takes from the others of its text, in one head. */
  #attend(
    layer: PlannedLayer,
    { query, key, value, context }: Record<'query' | 'key' | 'value' | 'context', Rows>,
    first: number,
    length: number,
    head: number,
    place: number,
  ): void {
    const { heads, keyValueHeads, headWidth, scoreScale } = this.#plan;
    const shared = Math.floor((head * keyValueHeads) / heads);
    const queryStart = ((first + place) * heads + head) * headWidth;
    const from = layer.window > 0 ? Math.max(0, place - layer.window) : 0;
    const to = layer.causal ? place : layer.window > 0 ? Math.min(length - 1, place + layer.window) : length - 1;
    const scores = new Float64Array(to - from + 1);
    for (let j = from; j <= to; j++) {
      const keyStart = ((first + j) * keyValueHeads + shared) * headWidth;
      let sum = 0;
      for (let i = 0; i < headWidth; i++) {
        sum += query[queryStart + i] * key[keyStart + i];
      }
      scores[j - from] = sum * scoreScale + this.#bias(head, j - place);
    }
    const most = scores.reduce((a, b) => Math.max(a, b));
    const powers = scores.map((score) => Math.exp(score - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (let j = from; j <= to; j++) {
      const valueStart = ((first + j) * keyValueHeads + shared) * headWidth;
      const weight = powers[j - from] / total;
      for (let i = 0; i < headWidth; i++) {
        context[queryStart + i] += weight * value[valueStart + i];
      }
    }
  }

  #bias(head: number, distance: number): number {
    const { bias, heads } = this.#plan;
    if (bias === undefined) {
      return 0;
    }
    return bias.kind === 'slopes'
      ? -bias.slopes[head] * Math.abs(distance)
      : bias.values[(distance + bias.tokens - 1) * heads + head];
  }

  /** Turns pairs of dimensions in place. */
  #turn({ rotation }: PlannedLayer, values: Rows, heads: number): void {
    if (rotation === undefined) {
      return;
    }
    const { headWidth } = this.#plan;
    const half = headWidth / 2;
    let token = 0;
    for (const { ids } of this.#texts) {
      for (let place = 0; place < ids.length; place++, token++) {
        for (let start = token * heads * headWidth; start < (token + 1) * heads * headWidth; start += headWidth) {
          for (let i = 0; i < half; i++) {
            const angle = place * rotation.frequencies[i];
            const [a, b] = [values[start + i], values[start + half + i]];
            values[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
            values[start + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
          }
        }
      }
    }
  }

  async #feedForward({ up, gate, down }: PlannedLayer, input: Rows): Promise<Rows> {
    const { activation } = this.#plan;
    const widened = (await this.#linear(up, input)).map(functions[activation]);
    const gates = gate && (await this.#linear(gate, input));
    return this.#linear(down, gates === undefined ? widened : widened.map((x, i) => x * gates[i]));
  }

  async #linear({ weight, bias, inputs, outputs }: PlannedLinear, input: Rows): Promise<Rows> {
    const matrix = await this.#numbers(weight);
    const added = bias && (await this.#numbers(bias));
    const out = multiply(matrix, input, inputs, outputs);
    return added === undefined ? out : out.map((value, i) => value + added[i % outputs]);
  }

  async #row(table: PlannedTable, row: number): Promise<Float32Array> {
    return this.#weights.floats(table.weight.tensor, row, row + 1);
  }

  async #numbers({ tensor, rows, plus = 0 }: Weight): Promise<Float32Array> {
    const values = await this.#weights.floats(tensor, rows?.[0], rows?.[1]);
    return plus === 0 ? values : values.map((value) => value + plus);
  }
}

/**
 * Multiplies rows of the input by every row of a matrix [outputs × inputs]. Four rows go together: a number of the matrix
 * is read once for them, and none of four sums waits for the last addition of another.
 */
function multiply(matrix: Float32Array, input: Rows, inputs: number, outputs: number): Rows {
  const rows = input.length / inputs;
  const out = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row += 4) {
    // Behind the last row stands the last one again.
    const [second, third, fourth] = [1, 2, 3].map((next) => Math.min(row + next, rows - 1));
    const [p, q, r, s] = [row, second, third, fourth].map((each) => each * inputs);
    for (let output = 0; output < outputs; output++) {
      const start = output * inputs;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = 0; i < inputs; i++) {
        const weight = matrix[start + i];
        a += weight * input[p + i];
        b += weight * input[q + i];
        c += weight * input[r + i];
        d += weight * input[s + i];
      }
      out[row * outputs + output] = a;
      out[second * outputs + output] = b;
      out[third * outputs + output] = c;
      out[fourth * outputs + output] = d;
    }
  }
  return out;
}

function addTo(target: Rows, values: ArrayLike<number>, factor = 1): void {
  for (let i = 0; i < target.length; i++) {
    target[i] += values[i] * factor;
  }
}

const functions: Readonly<Record<Activation, (x: number) => number>> = { ...activations, tanh: Math.tanh };
