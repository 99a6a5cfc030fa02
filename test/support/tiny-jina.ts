import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RawTensor, readRawTensors, writeRawTensors } from './rewrite-weights.js';

const bert = fileURLToPath(new URL('../fixtures/tiny/bert', import.meta.url));

/** The two generations of names of JinaBERT. */
export type JinaGeneration = 'v2-base-en' | 'v2-base-code';

/** A folder of JinaBERT's weights and configuration, made of the tiny BERT's: slopes by distance and gated MLPs. */
export function tinyJina(generation: JinaGeneration): string {
  const folder = mkdtempSync(join(tmpdir(), `octavec-${generation}-`));
  const config = JSON.parse(readFileSync(join(bert, 'config.json'), 'utf8'));
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ ...config, position_embedding_type: 'alibi', feed_forward_type: 'geglu' }),
  );
  const tensors = [...readRawTensors(join(bert, 'model.safetensors'))].flatMap(([name, tensor]) =>
    generation === 'v2-base-en' ? firstNames(name, tensor) : secondNames(name, tensor),
  );
  writeRawTensors(join(folder, 'model.safetensors'), new Map(tensors));
  return folder;
}

type Named = [string, RawTensor];

function firstNames(name: string, tensor: RawTensor): Named[] {
  return renamed(name, tensor, [
    ['intermediate.dense.weight', 'mlp.gated_layers.weight'],
    ['output.dense', 'mlp.wo'],
    ['output.LayerNorm', 'mlp.layernorm'],
  ]);
}

function secondNames(name: string, tensor: RawTensor): Named[] {
  const norm = /^(.*)attention\.output\.LayerNorm\.(weight|bias)$/.exec(name);
  const normed =
    norm && ['q', 'k'].map((part): Named => [`${norm[1]}attention.self.layer_norm_${part}.${norm[2]}`, tensor]);
  return [
    ...(normed ?? []),
    ...renamed(name, tensor, [
      ['attention.output.LayerNorm', 'layer_norm_1'],
      ['intermediate.dense.weight', 'mlp.up_gated_layer.weight'],
      ['output.dense', 'mlp.down_layer'],
      ['output.LayerNorm', 'layer_norm_2'],
    ]),
  ];
}

/** Under the first of the new names that applies; what JinaBERT does not have is left out. */
function renamed(name: string, tensor: RawTensor, names: readonly (readonly [string, string])[]): Named[] {
  if (/position_embeddings|intermediate\.dense\.bias|pooler/.test(name)) {
    return [];
  }
  const inLayer = /^encoder\.layer\.\d+\./.test(name) && !/attention\.output\.dense/.test(name);
  const pair = inLayer
    ? names.find(([old]) => new RegExp(`layer\\.\\d+\\.${old.replaceAll('.', '\\.')}`).test(name))
    : undefined;
  return [
    [pair === undefined ? name : name.replace(...pair), /gated_layer/.test(pair?.[1] ?? '') ? doubled(tensor) : tensor],
  ];
}

/** Both halves of a gated layer: the weights, and the same from the last row to the first. */
function doubled({ dtype, shape, data }: RawTensor): RawTensor {
  const [rows, columns] = shape;
  const row = (index: number) => data.subarray(index * columns * 4, (index + 1) * columns * 4);
  const turned = Array.from({ length: rows }, (_, i) => row(rows - 1 - i));
  return { dtype, shape: [2 * rows, columns], data: Buffer.concat([data, ...turned]) };
}
