import { OctavecError, ownValue } from '../../base/index.js';
import type { Architecture } from './architecture.js';
import { bert, distilBert, jinaBert, mpnet, roberta } from './bert.js';
import type { ConfigReader } from './config-reader.js';
import { gemma3 } from './gemma3.js';
import { gte } from './gte.js';
import { modernBert } from './modern-bert.js';
import { nomicBert } from './nomic-bert.js';
import { qwen3 } from './qwen3.js';

export const architectures: readonly Architecture[] = [
  bert,
  roberta,
  distilBert,
  mpnet,
  nomicBert,
  modernBert,
  gemma3,
  qwen3,
  gte,
  jinaBert,
];

/** Models whose code or tensors are near to those of another. */
const nearest: Readonly<Record<string, Architecture>> = {
  electra: bert,
  ernie: bert,
  data2vec: roberta,
  'xlm-roberta-xl': roberta,
  xlm: roberta,
  longformer: roberta,
  qwen2: qwen3,
  llama: qwen3,
  mistral: qwen3,
  gemma: gemma3,
  gemma2: gemma3,
  gemma3: gemma3,
};

/**
 * Returns the architecture of a model.
 *
 * @throws ARCHITECTURE_UNKNOWN
 */
export function architectureOf(config: ConfigReader): Architecture {
  const type = config.text('model_type');
  if (type === 'bert' && config.text('position_embedding_type') === 'alibi') {
    return jinaBert;
  }
  const found = architectures.find(({ modelTypes }) => type !== undefined && modelTypes.includes(type));
  if (found !== undefined) {
    return found;
  }
  const classes = (config.texts('architectures') ?? []).join(', ');
  throw new OctavecError('ARCHITECTURE_UNKNOWN', {
    path: config.path,
    found: type === undefined ? 'its configuration has no "model_type"' : `"${type}"${classes && ` (${classes})`}`,
    nearest: ownValue(nearest, type ?? '')?.name,
    known: architectures.map(({ name }) => name).join(', '),
  });
}
