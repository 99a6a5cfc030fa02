import { z } from 'zod';
import { devices, engineChoices, memoryModes } from '../engine/index.js';
import { poolingModes } from '../model/index.js';
import { tokensOfText } from './tokens-of-text.js';

const text = z.string().min(1);
const count = z.int().min(1);

/** The table `[embedding]`: what an application embeds with. */
export const embeddingSchema = z.strictObject({
  model: text
    .optional()
    .describe('model folder, .onnx file, name of the hub, or alias (default: `minilm`, the embedded model)'),
  quantized_model_path: text
    .optional()
    .describe('ONNX file to run instead; `model` is not loaded at all then. Take it out to go back'),
  tokenizer_path: text.optional().describe("tokenizer.json, or its folder (default: the model's own)"),
  tokenizer_config_path: text.optional().describe("tokenizer_config.json (default: the model's own)"),
  batch_size: count
    .optional()
    .describe(
      `room of a batch, in texts of ${tokensOfText} tokens: batches are cut by tokens, so more short texts fit`,
    ),
  pool_size: count.optional().describe('sessions that share the work (default: by the CPUs granted)'),
  threads: count.optional().describe('threads of each session (default: by the CPUs granted)'),
  engine: z.enum(engineChoices).optional().describe('what runs the model (default: `auto`)'),
  device: z.enum(devices).optional().describe('device that runs the model (default: `cpu`)'),
  memory: z.enum(memoryModes).optional().describe('weights packed for each session (`fast`) or mapped once (`shared`)'),
  pooling: z.enum(poolingModes).optional().describe("how hidden states become a vector (default: the model's own)"),
  normalize: z.boolean().optional().describe("scale vectors to length 1 (default: the model's own)"),
  max_length: count.optional().describe("longest input in tokens (default: the model's own)"),
  prompt: z.string().optional().describe("name of one of the model's prompts, or a text to put before every text"),
  dimensions: count.optional().describe('length that vectors are cut to, for models trained for it (Matryoshka)'),
  precision: text.optional().describe('which file of the model: `int8`, `fp16`, … (default: the highest)'),
});

/** The table `[hub]`. The variables of the hub itself (`HF_ENDPOINT`, …) count more. */
export const hubSchema = z.strictObject({
  endpoint: z.url().optional().describe('address of the hub, or of a mirror'),
  cache: text.optional().describe("folder of the shared cache (default: the Hugging Face family's)"),
  offline: z.boolean().optional().describe('use what is on this machine, and never the network'),
});

/** The table `[device]`. */
export const deviceSchema = z.strictObject({
  app: text.optional().describe('package of the app that models go to'),
  to: text.optional().describe("folder on the device (default: the app's files/models)"),
});
