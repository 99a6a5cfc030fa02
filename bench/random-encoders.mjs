/**
 * Model folders of the shapes of known encoders, with random weights, for programs that measure speed and memory:
 *
 *   npm run build && node bench/random-encoders.mjs <folder> [names, by commas] [words] [layers]
 *   node bench/engines.mjs <folder>/embeddinggemma-300m
 *
 * Time does not depend on what weights are. The vocabulary is that of all-MiniLM-L6-v2, whose tokenizer they get, unless
 * a number of words is given. What converting each takes is told: time from the start of the process,
 * processor time, memory.
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedModel } from './bench-model.mjs';

const miniLmWords = 30_522;

/** config.json, the norms (of which width) and linear layers (inputs, outputs) of a layer. */
const encoders = {
  'embeddinggemma-300m': decoder('gemma3_text', {
    ...{ hidden_size: 768, num_hidden_layers: 24, num_attention_heads: 3, num_key_value_heads: 1, head_dim: 256 },
    ...{ intermediate_size: 1152, max_position_embeddings: 2048, query_pre_attn_scalar: 256 },
    ...{ use_bidirectional_attention: true, sliding_window: 512, _sliding_window_pattern: 6 },
  }),
  'qwen3-embedding-0.6b': decoder('qwen3', {
    ...{ hidden_size: 1024, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128 },
    ...{ intermediate_size: 3072, max_position_embeddings: 8192, rope_theta: 1_000_000 },
  }),
  'modernbert-base': modernBert(768, 12, 1152),
  // What other engines need at 8,192 tokens fits into memory.
  'modernbert-4-heads': modernBert(256, 4, 384),
  'bert-base': bert('bert', { hidden: 768, heads: 12, inner: 3072, layers: 12, positions: 512, words: miniLmWords }),
  'xlm-roberta-large': bert('xlm-roberta', {
    ...{ hidden: 1024, heads: 16, inner: 4096, layers: 24, positions: 8194, words: 250_002 },
  }),
  'nomic-embed-text-v1.5': {
    config: {
      ...{ model_type: 'nomic_bert', hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12 },
      ...{ intermediate_size: 3072, max_position_embeddings: 8192, hidden_act: 'silu', type_vocab_size: 2 },
    },
    tables: { 'embeddings.word_embeddings': 768 },
    rows: { 'embeddings.token_type_embeddings': [2, 768] },
    norms: { emb_ln: 768 },
    beta: true,
    layer: (index) => ({
      prefix: `encoder.layers.${index}`,
      norms: { norm1: 768, norm2: 768 },
      linears: {
        ...{ 'attn.Wqkv': [768, 2304], 'attn.out_proj': [768, 768] },
        ...{ 'mlp.fc11': [768, 3072], 'mlp.fc12': [768, 3072], 'mlp.fc2': [3072, 768] },
      },
    }),
  },
};

/** BERT and what has its layers, with a vocabulary of its own. */
function bert(modelType, { hidden, heads, inner, layers, positions, words }) {
  const types = modelType === 'bert' ? 2 : 1;
  return {
    words,
    config: {
      ...{ model_type: modelType, hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads },
      ...{ intermediate_size: inner, max_position_embeddings: positions, type_vocab_size: types },
      pad_token_id: modelType === 'bert' ? 0 : 1,
    },
    tables: { 'embeddings.word_embeddings': hidden },
    rows: {
      'embeddings.position_embeddings': [positions, hidden],
      'embeddings.token_type_embeddings': [types, hidden],
    },
    norms: { 'embeddings.LayerNorm': hidden },
    beta: true,
    biases: true,
    layer: (index) => ({
      prefix: `encoder.layer.${index}`,
      norms: { 'attention.output.LayerNorm': hidden, 'output.LayerNorm': hidden },
      linears: {
        ...Object.fromEntries(['query', 'key', 'value'].map((part) => [`attention.self.${part}`, [hidden, hidden]])),
        ...{ 'attention.output.dense': [hidden, hidden] },
        ...{ 'intermediate.dense': [hidden, inner], 'output.dense': [inner, hidden] },
      },
    }),
  };
}

/** ModernBERT's layers with other widths. */
function modernBert(hidden, heads, inner) {
  return {
    config: {
      ...{ model_type: 'modernbert', hidden_size: hidden, num_hidden_layers: 22, num_attention_heads: heads },
      ...{ intermediate_size: inner, max_position_embeddings: 8192, pad_token_id: 0 },
    },
    tables: { 'embeddings.tok_embeddings': hidden },
    norms: { 'embeddings.norm': hidden, final_norm: hidden },
    layer: (index) => ({
      prefix: `layers.${index}`,
      norms: { ...(index > 0 && { attn_norm: hidden }), mlp_norm: hidden },
      linears: {
        ...{ 'attn.Wqkv': [hidden, 3 * hidden], 'attn.Wo': [hidden, hidden] },
        ...{ 'mlp.Wi': [hidden, 2 * inner], 'mlp.Wo': [inner, hidden] },
      },
    }),
  };
}

function decoder(modelType, config) {
  const { hidden_size: hidden, head_dim: width, intermediate_size: ffn } = config;
  const [inner, shared] = [config.num_attention_heads * width, config.num_key_value_heads * width];
  const gemma = modelType === 'gemma3_text';
  return {
    config: { model_type: modelType, pad_token_id: 0, ...config },
    tables: { embed_tokens: hidden },
    norms: { norm: hidden },
    layer: (index) => ({
      prefix: `layers.${index}`,
      norms: {
        ...{ input_layernorm: hidden, post_attention_layernorm: hidden },
        ...(gemma && { pre_feedforward_layernorm: hidden, post_feedforward_layernorm: hidden }),
        ...{ 'self_attn.q_norm': width, 'self_attn.k_norm': width },
      },
      linears: {
        ...{ 'self_attn.q_proj': [hidden, inner], 'self_attn.k_proj': [hidden, shared] },
        ...{ 'self_attn.v_proj': [hidden, shared], 'self_attn.o_proj': [inner, hidden] },
        ...{ 'mlp.gate_proj': [hidden, ffn], 'mlp.up_proj': [hidden, ffn], 'mlp.down_proj': [ffn, hidden] },
      },
    }),
  };
}

/** Names, shapes and the spread of the numbers of all tensors. */
function* tensorsOf({ config, tables, rows = {}, norms, beta = false, biases = false, layer }, words) {
  const normTensors = function* (all, prefix = '') {
    for (const [name, width] of Object.entries(all)) {
      yield {
        name: `${prefix}${name}.weight`,
        shape: [width],
        mean: config.model_type === 'gemma3_text' ? 0 : 1,
        spread: 0.2,
      };
      if (beta) {
        yield { name: `${prefix}${name}.bias`, shape: [width], mean: 0, spread: 0.2 };
      }
    }
  };
  const wordRows = Object.fromEntries(Object.entries(tables).map(([name, width]) => [name, [words, width]]));
  for (const [name, shape] of Object.entries({ ...wordRows, ...rows })) {
    yield { name: `${name}.weight`, shape, mean: 0, spread: 1 };
  }
  yield* normTensors(norms);
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const { prefix, norms: own, linears } = layer(index);
    yield* normTensors(own, `${prefix}.`);
    for (const [name, [inputs, outputs]] of Object.entries(linears)) {
      yield { name: `${prefix}.${name}.weight`, shape: [outputs, inputs], mean: 0, spread: Math.sqrt(3 / inputs) };
      if (biases) {
        yield { name: `${prefix}.${name}.bias`, shape: [outputs], mean: 0, spread: 0.1 };
      }
    }
  }
}

/** Evenly distributed numbers, mean ± spread. */
function randomNumbers({ shape, mean, spread }, seed) {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return mean + (spread * state) / 2 ** 31;
  });
}

async function writeSafetensors(path, tensors) {
  const parts = [];
  const header = {};
  let end = 0;
  for (const [i, tensor] of tensors.entries()) {
    const data = Buffer.from(randomNumbers(tensor, i + 1).buffer);
    header[tensor.name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [end, end + data.length] };
    end += data.length;
    parts.push(data);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, [length, text, ...parts]);
}

const [target, chosen, wishedWords, layers] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: node bench/random-encoders.mjs <folder> [names, by commas] [words] [layers]');
  process.exit(2);
}
for (const [name, encoder] of Object.entries(encoders)) {
  if (chosen !== undefined && !chosen.split(',').includes(name)) {
    continue;
  }
  const words = Number(wishedWords ?? encoder.words ?? miniLmWords);
  const config = { ...encoder.config, vocab_size: words };
  config.num_hidden_layers = Number(layers ?? config.num_hidden_layers);
  const folder = join(target, name);
  await mkdir(folder, { recursive: true });
  for (const file of [
    '1_Pooling',
    'modules.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
  ]) {
    await cp(join(embeddedModel, file), join(folder, file), { recursive: true });
  }
  const pooling = { word_embedding_dimension: config.hidden_size, pooling_mode_mean_tokens: true };
  await writeFile(join(folder, '1_Pooling', 'config.json'), JSON.stringify(pooling));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const longest = JSON.stringify({ max_seq_length: config.max_position_embeddings, do_lower_case: false });
  await writeFile(join(folder, 'sentence_bert_config.json'), longest);
  await writeSafetensors(join(folder, 'model.safetensors'), [...tensorsOf({ ...encoder, config }, words)]);
  const started = performance.now();
  const { difference, seconds, megabytes } = converted(folder);
  const elapsed = ((performance.now() - started) / 1000).toFixed(1);
  await rm(join(folder, 'model.safetensors'));
  console.log(
    `${folder}: ${config.num_hidden_layers} layers, ${words} words, proof within ${difference}; ` +
      `${elapsed} s, ${seconds} s of processor time, ${megabytes} MB of memory at most`,
  );
}

/** Converts in a process of its own, whose memory is that of converting alone. */
function converted(folder) {
  // resourceUsage() knows of the memory of the process that started this one, too.
  const script = `import { readFileSync } from 'node:fs';
    import { convert } from ${JSON.stringify(new URL('../dist/convert/index.js', import.meta.url).href)};
    const { proof } = await convert(process.argv[1]);
    const { user, system } = process.cpuUsage();
    const seconds = ((user + system) / 1e6).toFixed(1);
    const peak = /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
    const megabytes = Math.round((peak * 1024) / 1e6);
    console.log(JSON.stringify({ difference: proof.largestDifference, seconds, megabytes }));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], { encoding: 'utf8' }),
  );
}
