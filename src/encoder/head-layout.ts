import type { Sample } from '../graph/index.js';
import { floats, type Prober, sampleTokens, scattered } from './probe.js';
import { require } from './unrecognised.js';

/** The way from a linear layer to an operand of an attention product. */
export interface HeadPath {
  readonly linear: string;
  /** Columns of the linear layer. */
  readonly columns: number;
  /** A norm on the way, which is left out when numbers are sent along. */
  readonly norm?: { readonly input: string; readonly output: string; readonly width: number };
  readonly operand: string;
  /** The operand is [heads × width × tokens], as keys are for the product with queries. */
  readonly keysLast: boolean;
}

/** How the columns of a linear layer become the heads of queries, keys or values. */
export interface HeadLayout {
  /** Head h, dimension i is column first + h * width + i. */
  readonly first: number;
  readonly heads: number;
  /** Fewer than heads where several in a row are the same: head h has the columns of head h / (heads / distinct). */
  readonly distinct: number;
  readonly width: number;
  /** What the numbers are multiplied with on the way. */
  readonly scale: number;
  /** [width / 2] rotary frequencies, where there is a rotation by position. */
  readonly rotation?: Float32Array;
}

/** Positions to read rotary frequencies from: the last gives precision, the others tell how many turns it has made. */
const turnPositions = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/**
 * Finds the layout by sending known numbers through the graph, from the linear layer's output to the operand of an
 * attention product, whatever reshapes, splits and transpositions stand between them.
 *
 * @throws Unrecognised
 */
export function findHeadLayout(prober: Prober, path: HeadPath): HeadLayout {
  const { linear, columns, norm, operand, keysLast } = path;
  const send = (at: (token: number, column: number) => number, tokens = sampleTokens) => {
    const shape = prober.forTokens(tokens)(linear)?.shape ?? [1, tokens, columns];
    const given = floats(shape, (index) => at(Math.floor(index / columns), index % columns));
    const normed = norm && prober.probe(norm.input, { [linear]: given }, tokens);
    const sent = norm && normed ? { [norm.output]: normed } : { [linear]: given };
    return byHead(prober.probe(operand, sent, tokens), tokens, keysLast);
  };

  const ones = send(() => 1);
  const { heads, width } = ones;
  // At position 0 nothing is turned.
  const scale = ones.at(0, 0, 0);
  require(scale !== 0 && Number.isFinite(scale), 'heads that the first token leaves no trace in');
  const places = send((_, column) => column);
  const startOf = (head: number) => Math.round(places.at(head, 0, 0) / scale);
  const first = startOf(0);
  const distinct = Math.round((startOf(heads - 1) - first) / width) + 1;
  require(first >= 0 && distinct > 0 && first + distinct * width <= columns, 'heads outside of their projection');
  require(heads % distinct === 0, 'heads that are shared unevenly');

  const turned = ones.at(0, 1, 0) !== scale || ones.at(0, 1, width / 2) !== scale;
  const rotation = turned ? findRotation(send, first, width, scale) : undefined;
  const layout: HeadLayout = { first, heads, distinct, width, scale, rotation };
  checkLayout(send, layout, columns);
  if (norm !== undefined) {
    checkNorm(prober, path, norm, layout);
  }
  return layout;
}

interface Heads {
  readonly heads: number;
  readonly width: number;
  readonly at: (head: number, token: number, dimension: number) => number;
}

type Send = (at: (token: number, column: number) => number, tokens?: number) => Heads;

function byHead(value: Sample | undefined, tokens: number, keysLast: boolean): Heads {
  require(value?.data !== undefined && value.shape.length >= 3, 'a way into the attention that cannot be followed');
  const { data, shape } = value;
  const [heads, rows, columns] = shape.slice(-3);
  const width = keysLast ? rows : columns;
  require((keysLast ? columns : rows) === tokens &&
    data.length === heads * tokens * width &&
    width % 2 === 0, 'an attention whose operands have an unknown form');
  const [perToken, perDimension] = keysLast ? [1, tokens] : [width, 1];
  return { heads, width, at: (h, t, i) => data[h * tokens * width + t * perToken + i * perDimension] };
}

/** Sends 1 in the first half of each head and 0 in the second: what comes out are cosines and sines of the angles. */
function findRotation(send: Send, first: number, width: number, scale: number): Float32Array {
  const half = width / 2;
  const longest = turnPositions[turnPositions.length - 1];
  const out = send((_, column) => Number((column - first) % width < half), longest + 1);
  return Float32Array.from({ length: half }, (_, i) => {
    let frequency = 0;
    for (const position of turnPositions) {
      const angle = Math.atan2(out.at(0, position, i + half) / scale, out.at(0, position, i) / scale);
      const turns = Math.round((frequency * position - angle) / (2 * Math.PI));
      frequency = (angle + turns * 2 * Math.PI) / position;
    }
    return frequency;
  });
}

/** Checks the layout with numbers that were not used to find it. */
function checkLayout(send: Send, layout: HeadLayout, columns: number): void {
  const input = (token: number, column: number) => scattered(token * columns + column);
  const out = send(input);
  const half = layout.width / 2;
  for (let head = 0; head < layout.heads; head++) {
    for (let token = 0; token < sampleTokens; token++) {
      for (let i = 0; i < layout.width; i++) {
        const own = Math.floor(head / (layout.heads / layout.distinct));
        const column = layout.first + own * layout.width + i;
        let expected = input(token, column);
        if (layout.rotation !== undefined) {
          const angle = token * layout.rotation[i % half];
          const partner = i < half ? -input(token, column + half) : input(token, column - half);
          expected = expected * Math.cos(angle) + partner * Math.sin(angle);
        }
        const close = Math.abs(out.at(head, token, i) - expected * layout.scale) <= 1e-4 * Math.abs(layout.scale);
        require(close, 'an attention whose heads are laid out in an unknown way');
      }
    }
  }
}

/** Checks that what is normalized together are the columns of one head, or of all heads, in their order. */
function checkNorm(
  prober: Prober,
  { linear, columns }: HeadPath,
  { input, width }: NonNullable<HeadPath['norm']>,
  { first, distinct, width: headWidth }: HeadLayout,
): void {
  const shape = prober.evaluate(linear)?.shape ?? [1, sampleTokens, columns];
  const out = prober.probe(input, { [linear]: floats(shape, (index) => index % columns) })?.data;
  const known = width === headWidth || width === distinct * headWidth;
  const ordered = out?.every((column, i) => {
    const start = column - (i % width);
    return start === out[i - (i % width)] && (start - first) % width === 0;
  });
  require(known && ordered === true, 'a norm of queries or keys that is neither of a head nor of all heads');
}
