import { type Location, maybePathOf, OctavecError } from '../base/index.js';
import { type Configuration, mergedConfiguration, readLayers, tokensOfText } from '../config/index.js';
import { Embedder, type EmbedderOptions } from '../embed/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder } from '../model/index.js';
import { folderWith, resolveModel } from '../registry/index.js';
import { checkConfiguredFiles, placeOfKey } from './configured-files.js';
import { configuredHub } from './configured-hub.js';

type Embedding = NonNullable<Configuration['embedding']>;

/** Does the work of `Embedder.fromConfig`. */
export async function embedderFromConfig(file?: Location, options: EmbedderOptions = {}): Promise<Embedder> {
  const layers = await readLayers({ file: maybePathOf('file', file) });
  await checkConfiguredFiles(layers);
  const configuration = mergedConfiguration(layers);
  const { embedding = {} } = configuration;
  const { quantized_model_path: quantized, precision, batch_size: batch } = embedding;
  if (quantized !== undefined && precision !== undefined && quantized.endsWith('.onnx')) {
    const why = 'embedding.precision chooses among the files of a model, and embedding.quantized_model_path names one';
    throw new OctavecError('SETTINGS_INVALID', { source: placeOfKey(layers, 'embedding.precision'), why });
  }
  const { variant, pooling, normalize, maxTokens, output, tokenizer, tokenizerConfig, like, ...rest } = options;
  const given: OpenModelOptions = { variant, pooling, normalize, maxTokens, output, tokenizer, tokenizerConfig, like };
  const opening = over(openOptions(embedding), given);
  const place = quantized ?? (await modelOf(configuration, opening.variant, options.signal));
  const files = withPrompt(await openModelFolder(place, opening), embedding.prompt);
  const running: EmbedderOptions = {
    workers: embedding.pool_size,
    threads: embedding.threads ?? configuration.threads,
    engine: embedding.engine ?? configuration.engine,
    device: embedding.device,
    memory: embedding.memory,
    batchTokens: batch === undefined ? undefined : batch * tokensOfText,
    dimensions: embedding.dimensions,
  };
  return Embedder.load(files, over(running, rest));
}

function openOptions(embedding: Embedding): OpenModelOptions {
  return {
    variant: embedding.precision,
    pooling: embedding.pooling,
    normalize: embedding.normalize,
    maxTokens: embedding.max_length,
    tokenizer: embedding.tokenizer_path,
    tokenizerConfig: embedding.tokenizer_config_path,
  };
}

/** Returns the folder of the configured model, fetched on first use. */
async function modelOf(
  configuration: Configuration,
  variant: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { embedding = {}, models } = configuration;
  const settings = await configuredHub(configuration);
  const found = await resolveModel(embedding.model ?? 'minilm', { ...models, settings, signal });
  return folderWith(found, variant);
}

/** Makes a prompt the model's default: one of the model's own by name, or a text. */
function withPrompt(files: ModelFiles, prompt: string | undefined): ModelFiles {
  if (prompt === undefined || Object.hasOwn(files.prompts, prompt)) {
    return prompt === undefined ? files : { ...files, defaultPrompt: prompt };
  }
  return { ...files, prompts: { ...files.prompts, configured: prompt }, defaultPrompt: 'configured' };
}

/** Fills what the caller leaves open from the configuration. */
function over<Options extends object>(configured: Options, given: Options): Options {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...configured, ...Object.fromEntries(said) };
}
