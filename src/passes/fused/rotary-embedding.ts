import { floatAttribute, intAttribute, type NodeProto } from '../../onnx/index.js';
import { Chain, type FusedGraph, require, toEnd } from './fused-graph.js';

/** How pairs of numbers are turned. */
export interface Rotation {
  /** For each position [tokens × pairs], with axes for batch and heads. */
  readonly cosines: string;
  readonly sines: string;
  /** Pairs: a half of the numbers that are turned. */
  readonly half: number;
  /** Is a pair two neighbours? Else the partners stand `half` apart. */
  readonly interleaved: boolean;
  /** Are there more numbers in a head than those that are turned? */
  readonly partial: boolean;
}

/** Turns pairs of numbers along the last axis of four. */
export function rotate(chain: Chain, value: string, rotation: Rotation): string {
  const { cosines, sines, half, interleaved, partial } = rotation;
  const [first, second] = interleaved
    ? [0, 1].map((start) => chain.slice(value, 3, start, 2 * half, 2))
    : [0, half].map((start) => chain.slice(value, 3, start, start + half));
  const turn = (a: string, b: string, sign: 'Add' | 'Sub') =>
    chain.add(sign, [chain.add('Mul', [a, cosines]), chain.add('Mul', [b, sines])]);
  const pairs = [turn(first, second, 'Sub'), turn(second, first, 'Add')];
  const turned = interleaved
    ? [
        chain.reshape(
          chain.concat(
            pairs.map((part) => chain.unsqueeze(part, 4)),
            4,
          ),
          [0, 0, 0, -1],
        ),
      ]
    : pairs;
  return chain.concat(partial ? [...turned, chain.slice(value, 3, 2 * half, toEnd)] : turned, 3);
}

/**
 * Looks up the rows of the caches for the positions of tokens, to be multiplied with a value of four axes.
 *
 * @param positions [batch × tokens], or [tokens]
 * @param headAxis where the value has its heads: 1 or 2
 */
export function cacheRows(
  chain: Chain,
  fused: FusedGraph,
  caches: readonly [string, string],
  positions: { readonly value: string; readonly rank: 1 | 2 },
  headAxis: 1 | 2,
): { readonly cosines: string; readonly sines: string; readonly half: number } {
  const half = fused.shapeOf(caches[0])?.at(-1);
  require(typeof half === 'number', 'rotary caches of unknown width');
  const axes = positions.rank === 1 ? [0, headAxis] : [headAxis];
  const [cosines, sines] = caches.map((cache) =>
    chain.unsqueeze(chain.add('Gather', [cache, positions.value]), ...axes),
  );
  return { cosines, sines, half };
}

/** Writes out RotaryEmbedding of ONNX Runtime: [batch × tokens × heads · width] or [batch × heads × tokens × width]. */
export function rotaryEmbedding(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  require((floatAttribute(node, 'scale') ?? 1) === 1, 'scaled rotary positions');
  require((intAttribute(node, 'is_packed_batching') ?? 0) === 0, 'packed texts');
  const [value, positions, cosines, sines] = node.input;
  const chain = new Chain(node, fused);
  const { four, headAxis } = inFourAxes(chain, fused, node, value, fused.shapeOf(cosines)?.at(-1));
  const rank = fused.shapeOf(positions)?.length;
  require(rank === 1 || rank === 2, 'positions of unknown form');
  // One position alone is that of the first token.
  const places = rank === 2 ? positions : chain.add('Add', [positions, chain.counted(value, four === value ? 2 : 1)]);
  const rows = cacheRows(chain, fused, [cosines, sines], { value: places, rank }, headAxis);
  return finish(chain, fused, node, { value, four, rows });
}

/**
 * Writes out RotaryEmbedding of the standard, from opset 23 on. Without positions, the caches have rows for each text.
 */
export function standardRotaryEmbedding(node: NodeProto, fused: FusedGraph): readonly NodeProto[] {
  const [value, cosines, sines, positions = ''] = node.input;
  const chain = new Chain(node, fused);
  const { four, headAxis } = inFourAxes(chain, fused, node, value, fused.shapeOf(cosines)?.at(-1));
  if (positions !== '') {
    const rows = cacheRows(chain, fused, [cosines, sines], { value: positions, rank: 2 }, headAxis);
    return finish(chain, fused, node, { value, four, rows });
  }
  const half = fused.shapeOf(cosines)?.at(-1);
  require(typeof half === 'number', 'rotary caches of unknown width');
  const rows = {
    half,
    cosines: chain.unsqueeze(cosines, headAxis),
    sines: chain.unsqueeze(sines, headAxis),
  };
  return finish(chain, fused, node, { value, four, rows });
}

function inFourAxes(chain: Chain, fused: FusedGraph, node: NodeProto, value: string, half: number | string = '') {
  const rank = fused.shapeOf(value)?.length;
  require(rank === 3 || rank === 4, 'an input of unknown form');
  if (rank === 4) {
    return { four: value, headAxis: 1 as const };
  }
  const heads = intAttribute(node, 'num_heads') || undefined;
  require(heads !== undefined || typeof half === 'number', 'heads of unknown width');
  const dims = heads === undefined ? [0, 0, -1, 2 * Number(half)] : [0, 0, heads, -1];
  return { four: chain.reshape(value, dims), headAxis: 2 as const };
}

interface Turned {
  readonly value: string;
  readonly four: string;
  readonly rows: Pick<Rotation, 'cosines' | 'sines' | 'half'>;
}

function finish(chain: Chain, fused: FusedGraph, node: NodeProto, { value, four, rows }: Turned): readonly NodeProto[] {
  const stated = intAttribute(node, 'rotary_embedding_dim') || 2 * rows.half;
  require(stated === 2 * rows.half, 'rotary caches of another width than the rotation');
  const heads = intAttribute(node, 'num_heads');
  const whole = four !== value && !heads;
  const last = fused.shapeOf(value)?.at(-1);
  const width = four === value ? last : typeof last === 'number' && heads ? last / heads : undefined;
  const partial = !whole && width !== 2 * rows.half;
  const interleaved = intAttribute(node, 'interleaved') === 1;
  const turned = rotate(chain, four, { ...rows, interleaved, partial });
  if (four === value) {
    chain.add('Identity', [turned], {}, node.output[0]);
  } else {
    chain.reshape(turned, [0, 0, -1], node.output[0]);
  }
  return chain.nodes;
}
