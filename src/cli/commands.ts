import type { Command } from 'commander';

/** What the list of commands says of one, and where the rest of it stands. */
interface CommandEntry {
  readonly description: string;
  readonly load: () => Promise<Command>;
}

/** In the order of the help. Together they load the whole library, so each is loaded where it is asked for. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  quantize: {
    description: 'Make smaller variants of a model, and prove each against the original before it gets its name.',
    load: async () => (await import('./quantize/quantize.js')).quantizeCommand(),
  },
  convert: {
    description: 'Make an ONNX model from weights in safetensors, and prove it against them before it gets its name.',
    load: async () => (await import('./convert.js')).convertCommand(),
  },
  distill: {
    description: 'Distil a model into a static one: a vector for each token, dozens of times as fast, less accurate.',
    load: async () => (await import('./distill.js')).distillCommand(),
  },
  'quantize-all': {
    description: 'Make variants of every model in a folder and below it. Variants that are up to date are kept.',
    load: async () => (await import('./quantize/quantize-all.js')).quantizeAllCommand(),
  },
  verify: {
    description: 'Compare a quantized model with its original. Exit status 3 if the quality gate refuses it.',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  compare: {
    description: 'Measure all variants of a model side by side, and recommend one for each use.',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  evaluate: {
    description: "Evaluate a model in retrieval, similarity, classification and clustering, by MTEB's rules.",
    load: async () => (await import('./evaluate/evaluate.js')).evaluateCommand(),
  },
  embed: {
    description: 'Turn texts into vectors, as JSON lines, NumPy or Parquet.',
    load: async () => (await import('./embed/embed.js')).embedCommand(),
  },
  rerank: {
    description: 'Order texts by how well they answer a query, with a cross-encoder that reads both together.',
    load: async () => (await import('./rerank/rerank.js')).rerankCommand(),
  },
  index: {
    description: 'Cut documents into chunks, embed them, and keep them so that they can be searched.',
    load: async () => (await import('./search/index-documents.js')).indexCommand(),
  },
  search: {
    description: 'Search an index for the passages that answer a question, by meaning and by words.',
    load: async () => (await import('./search/search.js')).searchCommand(),
  },
  mcp: {
    description: 'Let assistants search and read an index, by the Model Context Protocol.',
    load: async () => (await import('./search/mcp.js')).mcpCommand(),
  },
  jobs: {
    description:
      'Embed a corpus that is too large for one machine: plan, shards and commits, for any queue or cluster.',
    load: async () => (await import('./jobs/jobs.js')).jobsCommand(),
  },
  pull: {
    description:
      'Fetch models from the Hugging Face hub: the files that an embedding model needs, checked by their hashes.',
    load: async () => (await import('./pull.js')).pullCommand(),
  },
  models: {
    description: 'List, check and remove the models on this machine.',
    load: async () => (await import('./models/models.js')).modelsCommand(),
  },
  serve: {
    description: 'Serve models over HTTP, in the APIs of OpenAI, Text Embeddings Inference, Ollama and Cohere.',
    load: async () => (await import('./serve/serve.js')).serveCommand(),
  },
  inspect: {
    description: 'Show what an ONNX model contains, and how small its variants would be.',
    load: async () => (await import('./inspect.js')).inspectCommand(),
  },
  bench: {
    description: 'Measure start, latency, throughput and memory of models and variants, side by side.',
    load: async () => (await import('./bench.js')).benchCommand(),
  },
  export: {
    description:
      'Write a model as the folder that transformers.js, sentence-transformers, fastembed, TEI or ONNX Runtime load.',
    load: async () => (await import('./export/export.js')).exportCommand(),
  },
  publish: {
    description: 'Upload proven variants to the Hugging Face hub, with a model card that says how good they are.',
    load: async () => (await import('./publish/publish.js')).publishCommand(),
  },
  push: {
    description: 'Bring proven models to Android devices, and prove that they arrived whole.',
    load: async () => (await import('./device/push.js')).pushCommand(),
  },
  init: {
    description: 'Write a configuration in which every key is explained.',
    load: async () => (await import('./configure/init.js')).initCommand(),
  },
  config: {
    description: 'Show what is configured and where, or find mistakes in it.',
    load: async () => (await import('./configure/config.js')).configCommand(),
  },
  doctor: {
    description: 'Check what this machine can do, what is wrong with it, and what to do about it.',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
};

/** Returns all commands with everything that they take, in the order of the help. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(
    Object.values(commands).map(async ({ description, load }) => (await load()).description(description)),
  );
}
