import { OctavecError } from '../../base/index.js';
import {
  type Architecture,
  activationNamed,
  type ClassifierLayout,
  type Layout,
  layerCount,
  type Settings,
  usualSizes,
} from './architecture.js';
import type { ConfigReader } from './config-reader.js';

const bertLayout: Layout = {
  words: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  types: 'embeddings.token_type_embeddings',
  embeddingNorm: 'embeddings.LayerNorm',
  layers: 'encoder.layer',
  attention: ['attention.self.query', 'attention.self.key', 'attention.self.value'],
  out: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  ffn: { up: 'intermediate.dense', down: 'output.dense' },
  ffnNorm: 'output.LayerNorm',
};

function bertSettings(config: ConfigReader): Settings {
  config.only('position_embedding_type', 'absolute');
  config.only('is_decoder', false);
  config.only('add_cross_attention', false);
  return {
    ...usualSizes(config),
    epsilon: config.number('layer_norm_eps') ?? 1e-12,
    activation: activationNamed(config, config.text('hidden_act') ?? 'gelu'),
    maxTokens: config.needCount('max_position_embeddings'),
    positionRows: 'place',
  };
}

/** The pooler of BERT and of what is made in its manner. */
export const pooledClassifier: ClassifierLayout = { dense: 'pooler.dense', activation: 'tanh', out: 'classifier' };

export const bert: Architecture = {
  name: 'BERT',
  modelTypes: ['bert'],
  layouts: [bertLayout],
  preNorm: false,
  norm: 'layer',
  hasBiases: true,
  settings: bertSettings,
  classifier: pooledClassifier,
};

const robertaClassifier: ClassifierLayout = {
  dense: 'classifier.dense',
  activation: 'tanh',
  out: 'classifier.out_proj',
};

/** Adds positions that are counted: padding has the row before the first that texts use. */
function withCountedPositions(settings: Settings, config: ConfigReader): Settings {
  const padTokenId = config.number('pad_token_id') ?? 1;
  if (!Number.isInteger(padTokenId) || padTokenId < 0 || padTokenId > settings.maxTokens - 2) {
    const why = `pad_token_id is ${padTokenId}, and leaves no positions to texts`;
    throw new OctavecError('CONFIG_INVALID', { path: config.path, why });
  }
  return { ...settings, padTokenId, maxTokens: settings.maxTokens - padTokenId - 1, positionRows: 'counted' };
}

export const roberta: Architecture = {
  ...bert,
  name: 'RoBERTa',
  modelTypes: ['roberta', 'xlm-roberta', 'camembert'],
  settings: (config) => withCountedPositions(bertSettings(config), config),
  classifier: robertaClassifier,
};

export const mpnet: Architecture = {
  ...bert,
  name: 'MPNet',
  modelTypes: ['mpnet'],
  classifier: robertaClassifier,
  layouts: [
    {
      ...bertLayout,
      types: undefined,
      relativeBias: 'encoder.relative_attention_bias',
      attention: ['attention.attn.q', 'attention.attn.k', 'attention.attn.v'],
      out: 'attention.attn.o',
      attentionNorm: 'attention.LayerNorm',
    },
  ],
  settings: (config) => {
    const relativeBuckets = config.count('relative_attention_num_buckets') ?? 32;
    if (relativeBuckets < 4) {
      // Near and far ones, before and behind.
      config.unsupported(`"relative_attention_num_buckets": ${relativeBuckets}`);
    }
    return { ...withCountedPositions(bertSettings(config), config), relativeBuckets };
  },
};

export const distilBert: Architecture = {
  ...bert,
  name: 'DistilBERT',
  modelTypes: ['distilbert'],
  classifier: { dense: 'pre_classifier', activation: 'relu', out: 'classifier' },
  layouts: [
    {
      words: 'embeddings.word_embeddings',
      positions: 'embeddings.position_embeddings',
      embeddingNorm: 'embeddings.LayerNorm',
      layers: 'transformer.layer',
      attention: ['attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
      out: 'attention.out_lin',
      attentionNorm: 'sa_layer_norm',
      ffn: { up: 'ffn.lin1', down: 'ffn.lin2' },
      ffnNorm: 'output_layer_norm',
    },
  ],
  settings: (config) => ({
    hidden: config.needCount('dim', 'hidden_size'),
    heads: config.needCount('n_heads', 'num_attention_heads'),
    layers: layerCount(config, 'n_layers', 'num_hidden_layers'),
    padTokenId: config.number('pad_token_id') ?? 0,
    // The model's code has it, no configuration does.
    epsilon: 1e-12,
    activation: activationNamed(config, config.text('activation', 'hidden_act') ?? 'gelu'),
    maxTokens: config.needCount('max_position_embeddings'),
    positionRows: 'place',
  }),
};

const jinaLayout: Layout = { ...bertLayout, positions: undefined };

/** Jina's BERT has no table of positions, but biases by distance, and gated MLPs, in two generations of names. */
export const jinaBert: Architecture = {
  ...bert,
  name: 'JinaBERT',
  modelTypes: [],
  hasBiases: false,
  layouts: [
    {
      ...jinaLayout,
      ffn: { fused: 'mlp.gated_layers', first: 'up', down: 'mlp.wo' },
      ffnNorm: 'mlp.layernorm',
    },
    {
      ...jinaLayout,
      queryNorm: 'attention.self.layer_norm_q',
      keyNorm: 'attention.self.layer_norm_k',
      attentionNorm: 'layer_norm_1',
      ffn: { fused: 'mlp.up_gated_layer', first: 'gate', down: 'mlp.down_layer' },
      ffnNorm: 'layer_norm_2',
    },
  ],
  settings: (config) => {
    config.only('is_decoder', false);
    config.only('feed_forward_type', 'geglu', 'reglu');
    return {
      ...usualSizes(config),
      epsilon: config.number('layer_norm_eps') ?? 1e-12,
      activation: config.text('feed_forward_type') === 'reglu' ? 'relu' : 'gelu',
      maxTokens: config.needCount('max_position_embeddings'),
      alibi: true,
      normOver: 'all',
    };
  },
};
