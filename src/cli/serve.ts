import { createHash } from 'node:crypto';
import { existsSync, statSync, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { OctavecError, reasonOf } from '../base/index.js';
import type { EngineChoice, Isolation, MemoryMode } from '../engine/index.js';
import { evidencePath, failuresAsText, readEvidence } from '../evaluate/index.js';
import { cacheFolder } from '../files/index.js';
import { type MethodName, methodNamed, methodNames } from '../methods/index.js';
import { type ModelFiles, openModelFolder, variantPath } from '../model/index.js';
import { gateError, quantize } from '../pipeline/index.js';
import { folderWith, type ResolvedModel } from '../registry/index.js';
import { formatQuantizeOutcome } from '../report/index.js';
import {
  defaultLimits,
  hashOfKey,
  parseKeys,
  type RunningServer,
  type ServedModelOptions,
  serve,
} from '../server/index.js';
import { settingsOf } from './configured.js';
import { interruptSignal } from './interrupt.js';
import { type NamedModelFlags, namedModel } from './named-model.js';
import { configOption, engineOption, memoryOption, positiveInteger, positiveNumber, wordList } from './options.js';
import { progressLine } from './progress-line.js';

const examples = `
Examples:
  octavec serve sentence-transformers/all-MiniLM-L6-v2 --to int8
  octavec serve ./all-MiniLM-L6-v2 --variant int8
  octavec serve ./bge-small ./e5-small --alias text-embedding-3-small=bge-small
  octavec serve ./model --host 0.0.0.0 --port 8080 --api-key-file keys.txt

  curl http://127.0.0.1:3000/v1/embeddings -H 'content-type: application/json' -d '{"input": "hello"}'

Every option can stand in the environment: --max-client-batch-size is MAX_CLIENT_BATCH_SIZE.
SIGTERM finishes what runs and ends; SIGHUP loads models and keys anew.`;

interface Options extends NamedModelFlags {
  readonly variant?: string;
  readonly to?: MethodName;
  readonly alias?: readonly string[];
  readonly force?: boolean;
  readonly host: string;
  readonly port: number;
  readonly udsPath?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly rateLimit?: number;
  readonly corsAllowOrigin?: readonly string[];
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly workers?: number;
  readonly memory?: MemoryMode;
  readonly isolation?: Isolation;
  readonly maxConcurrentRequests: number;
  readonly maxClientBatchSize: number;
  readonly payloadLimit: number;
  readonly requestTimeout: number;
  readonly memoryBudget?: number;
  readonly unloadAfter?: number;
  readonly cacheSize?: number;
  readonly autoTruncate: boolean;
  readonly anyModelName?: boolean;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly config?: string;
}

/** An option that the environment can give as well, under TEI's rule: its name in capitals. */
function option(flags: string, text: string, parse?: (text: string) => unknown): Option {
  const made = new Option(flags, text);
  made.env(made.long?.slice(2).replace(/^no-/, '').replaceAll('-', '_').toUpperCase() ?? '');
  return parse === undefined ? made : made.argParser(parse);
}

const megabytes = (text: string): number => positiveNumber(text) * 2 ** 20;

export function serveCommand(): Command {
  return new Command('serve')
    .argument(
      '[models...]',
      'model folders, .onnx files or names of the hub; the first is served where a request names none (default: minilm)',
    )
    .addOption(option('--variant <name>', 'which file of the folders: int8, q4, … (default: the highest precision)'))
    .option('--alias <name=model>', 'another name for a model; may be repeated', wordList)
    .addOption(
      new Option('--to <method>', 'make this variant first, prove it, and serve it; kept in the cache').choices(
        methodNames,
      ),
    )
    .option('--force', 'serve a variant that its gate refused, too')
    .option('--offline', 'use what is on this machine, and never the network')
    .addOption(option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(option('--port <n>', 'port to listen on', port).default(3000))
    .addOption(option('--uds-path <path>', 'listen on a Unix domain socket instead'))
    .option('--tls-cert <file>', 'certificate in PEM, for HTTPS')
    .option('--tls-key <file>', 'its key')
    .addOption(option('--api-key <key>', 'require this key'))
    .addOption(
      option('--api-key-file <file>', 'require one of the keys in this file, one a line, plain or as sha256:<hash>'),
    )
    .addOption(option('--rate-limit <n>', 'requests per minute and key', positiveInteger))
    .addOption(option('--cors-allow-origin <origins>', 'origins that browsers may call from').argParser(wordList))
    .addOption(engineOption())
    .option('--threads <n>', 'threads of each session (default: as many CPUs as are granted)', positiveInteger)
    .option('--workers <n>', 'number of sessions', positiveInteger)
    .addOption(memoryOption())
    .addOption(new Option('--isolation <kind>', 'where ONNX Runtime runs').choices(['thread', 'process']))
    .addOption(
      option('--max-concurrent-requests <n>', 'answer more than this with 429', positiveInteger).default(
        defaultLimits.maxConcurrentRequests,
      ),
    )
    .addOption(
      option('--max-client-batch-size <n>', "inputs of one request on TEI's routes", positiveInteger).default(
        defaultLimits.maxClientBatchSize,
      ),
    )
    .addOption(
      option('--payload-limit <bytes>', 'largest body of a request', positiveInteger).default(
        defaultLimits.payloadLimit,
      ),
    )
    .addOption(
      option('--request-timeout <seconds>', 'time after which a request is given up', positiveNumber).default(
        defaultLimits.requestTimeout,
      ),
    )
    .addOption(
      option(
        '--memory-budget <MB>',
        'memory for all loaded models; the least recently used is unloaded first',
        megabytes,
      ),
    )
    .addOption(option('--unload-after <seconds>', 'unload a model that nobody asks for', positiveNumber))
    .addOption(option('--cache-size <MB>', 'keep vectors of recent texts (default: none)', megabytes))
    .option('--no-auto-truncate', 'refuse over-long texts unless the request says otherwise')
    .option('--any-model-name', 'serve unknown model names with the only model')
    .addOption(
      option('--log-level <level>', 'lines of JSON on standard error')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('warn'),
    )
    .addOption(configOption())
    .addHelpText('after', examples)
    .action(async (paths: string[], options: Options) => {
      const models = await servedModels(paths, options);
      const server = await startServer(models, options);
      await runUntilInterrupted(server, options);
    });
}

async function startServer(models: readonly ServedModelOptions[], options: Options): Promise<RunningServer> {
  const { run } = await settingsOf({ config: options.config, threads: options.threads, engine: options.engine });
  const { tlsCert, tlsKey } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new OctavecError('USAGE', { problem: '--tls-cert and --tls-key go together' });
  }
  const { maxConcurrentRequests, maxClientBatchSize, payloadLimit, requestTimeout } = options;
  return serve({
    models,
    host: options.host,
    port: options.port,
    udsPath: options.udsPath,
    tls:
      tlsCert === undefined || tlsKey === undefined
        ? undefined
        : { cert: await readFile(tlsCert, 'utf8'), key: await readFile(tlsKey, 'utf8') },
    limits: { maxConcurrentRequests, maxClientBatchSize, payloadLimit, requestTimeout },
    embedder: { ...run, workers: options.workers, memory: options.memory, isolation: options.isolation },
    memoryBudget: options.memoryBudget,
    unloadAfter: options.unloadAfter,
    cacheBytes: options.cacheSize,
    autoTruncate: options.autoTruncate,
    anyModelName: options.anyModelName,
    apiKeys: await readKeys(options),
    rateLimit: options.rateLimit,
    corsAllowOrigin: options.corsAllowOrigin,
    log: process.stderr,
    logLevel: options.logLevel,
  });
}

/** Models of folders are called by the names of these, others as they were asked for. */
async function servedModels(given: readonly string[], options: Options): Promise<ServedModelOptions[]> {
  const found: ResolvedModel[] = [];
  for (const name of given.length === 0 ? ['minilm'] : given) {
    found.push(await namedModel(name, options));
  }
  const aliases = (options.alias ?? []).map((text) => text.split('=')) as [string, string][];
  const names = found.map(({ name, source }) => (source === 'path' ? nameOf(name) : name));
  const stranger = aliases.find(([, model]) => !names.includes(model));
  if (stranger !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `--alias ${stranger.join('=')} names a model that is not served`,
      hint: `Served are: ${names.join(', ')}.`,
    });
  }
  const models: ServedModelOptions[] = [];
  for (const [i, model] of found.entries()) {
    const { folder, variant } = await prepared(model, options);
    const open = () => openProven(folder, variant, options);
    // What is wrong with a model is said before the server listens.
    await open();
    const own = aliases.filter(([, one]) => one === names[i]).map(([alias]) => alias);
    models.push({ name: names[i], aliases: own, open, revision: model.revision });
  }
  return models;
}

/** The folder and variant to serve: with `--to` made and proven first, where that has not been done. */
async function prepared(
  model: ResolvedModel,
  { to, variant, force }: Options,
): Promise<{ readonly folder: string; readonly variant?: string }> {
  if (to === undefined) {
    return { folder: folderWith(model, variant), variant };
  }
  const made = methodNamed(to)?.variant ?? to;
  const folder = model.variants ?? localVariants(model.original);
  if (!existsSync(variantPath(folder, made))) {
    const line = progressLine();
    const options = { to: [to], output: folder, force, signal: interruptSignal(), onProgress: line.onProgress };
    const outcome = await quantize(model.original, options).finally(line.done);
    const error = outcome.failures[0]?.error ?? (force ? undefined : gateError(outcome));
    if (error !== undefined) {
      throw error;
    }
    process.stderr.write(formatQuantizeOutcome(outcome));
  }
  return { folder, variant: made };
}

/** Variants of a folder of one's own are made in the cache; a changed original gets others. */
function localVariants(original: string): string {
  const path = resolve(original);
  const { mtimeMs, size } = statSync(path);
  const key = createHash('sha256').update(`${path}\0${mtimeMs}\0${size}`).digest('hex').slice(0, 16);
  return join(cacheFolder(), 'models', 'local', `${nameOf(path)}-${key}`);
}

function nameOf(path: string): string {
  return basename(resolve(path)).replace(/\.onnx$/i, '');
}

/** @throws GATE_REFUSED for a variant whose evidence says that its gate refused it */
async function openProven(model: string, variant: string | undefined, { force }: Options): Promise<ModelFiles> {
  const files = await openModelFolder(model, { variant });
  const path = evidencePath(files.onnxPath);
  const evidence = existsSync(path) ? await readEvidence(path) : undefined;
  if (evidence?.verdict?.passed === false && !force) {
    throw new OctavecError('GATE_REFUSED', { path: files.onnxPath, failures: failuresAsText(evidence.verdict) });
  }
  return files;
}

async function readKeys({ apiKey, apiKeyFile }: Options): Promise<string[]> {
  const single = apiKey === undefined ? [] : [hashOfKey(apiKey)];
  if (apiKeyFile === undefined) {
    return single;
  }
  const text = await readFile(apiKeyFile, 'utf8').catch((error) => {
    throw new OctavecError('FILE_NOT_READABLE', { path: apiKeyFile, why: reasonOf(error) }, error);
  });
  const keys = parseKeys(text);
  if (keys.length === 0) {
    throw new OctavecError('USAGE', { problem: `${apiKeyFile} holds no key`, hint: 'Write one a line.' });
  }
  return [...single, ...keys];
}

async function runUntilInterrupted(server: RunningServer, options: Options): Promise<void> {
  const interrupted = interruptSignal();
  const reload = async () => {
    try {
      await server.reload({ apiKeys: await readKeys(options) });
      process.stderr.write('models and keys are loaded anew\n');
    } catch (error) {
      process.stderr.write(`warning: nothing was loaded anew: ${reasonOf(error)}\n`);
    }
  };
  process.on('SIGHUP', reload);
  const watcher =
    options.apiKeyFile === undefined ? undefined : watch(options.apiKeyFile, { persistent: false }, reload);
  try {
    process.stderr.write(`listening on ${server.url}\n`);
    await server.ready;
    process.stderr.write('ready\n');
    await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
    process.stderr.write('finishing what runs\n');
  } finally {
    watcher?.close();
    process.off('SIGHUP', reload);
    await server.close();
  }
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new OctavecError('USAGE', { problem: `The port is "${text}", and must be a number from 0 to 65535` });
  }
  return value;
}
