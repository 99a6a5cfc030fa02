import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotListen, OctavecError } from '../base/index.js';
import { Admission } from '../http/index.js';
import { type HealthListener, listenForProbes } from '../liveness/index.js';
import type { LiveSettings } from './app.js';
import type { App, ServerContext } from './context.js';
import { ModelShelf } from './model-shelf.js';
import { defaultLimits, type ServerLimits, type ServerOptions, type SettingChanges } from './options.js';

/** Connections that may wait to be accepted, as far as the system allows; Node's own 511 are too few for a flood. */
const backlog = 4096;

/** Until the threads that load a model run. Behind the files of the framework, hundreds of them, they would come last. */
const headStartMs = 100;

/** A server that listens. */
export interface RunningServer {
  /** "http://127.0.0.1:3000", or the path of the socket. */
  readonly url: string;
  readonly port: number | undefined;
  /** The port for probes, where there is one. */
  readonly healthPort: number | undefined;
  /** Settles when the first model and those of the indexes are loaded, or with the reason why they cannot be. */
  readonly ready: Promise<void>;
  /** Takes over changed settings. Requests that run keep what they began with. */
  apply(changes: SettingChanges): void;
  /** Changes settings as `apply` does, and loads every model anew, beside the old ones. */
  reload(changes?: SettingChanges): Promise<void>;
  /** Refuses new connections, lets what runs come to its end for `graceMs` (10 s by default), and frees everything. */
  close(graceMs?: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves embedding models over HTTP, in the APIs of OpenAI, Text Embeddings Inference, Ollama and Cohere. It listens at
 * once; until the first model is loaded, requests are answered with 503 and `Retry-After`.
 *
 * @throws USAGE; HOST_UNUSABLE where the address cannot be listened on
 * @example
 * ```ts
 * import { openModelFolder } from 'octavec';
 * import { serve } from 'octavec/server';
 *
 * const open = () => openModelFolder('models/all-MiniLM-L6-v2');
 * await using server = await serve({ models: [{ name: 'all-MiniLM-L6-v2', open }], port: 0 });
 * await server.ready;
 * console.log(server.url); // http://127.0.0.1:40123
 * ```
 */
export async function serve(options: ServerOptions): Promise<RunningServer> {
  if (options.models.length === 0) {
    throw new OctavecError('USAGE', { problem: 'A server needs a model', hint: 'Give one in `models`.' });
  }
  const limits = limitsOf(options.limits);
  const shelf = new ModelShelf(options);
  // Threads load the model while this one loads the framework, once it has got them started.
  const loading = shelf.start();
  await Promise.race([loading.catch(() => undefined), sleep(headStartMs)]);
  const { buildApp, Metrics, SearchService } = await import('./parts.js');
  const admission = new Admission(limits);
  const cache = options.cacheBytes ? await vectorCache(options.cacheBytes) : undefined;
  const service = { shelf, admission, cache };
  const metrics = new Metrics(service);
  const { indexes = [], indexWritable = false } = options;
  const search = indexes.length === 0 ? undefined : new SearchService(indexes, indexWritable, metrics.registry);
  const context: ServerContext = {
    ...service,
    ...{ metrics, search },
    limits,
    autoTruncate: options.autoTruncate ?? true,
  };
  const live: LiveSettings = { apiKeys: options.apiKeys ?? [], isStopping: false };
  const { host = '127.0.0.1', port = 3000, udsPath, healthPort } = options;
  let app: App | undefined;
  let probes: HealthListener | undefined;
  try {
    app = await buildApp(context, options, live);
    probes = healthPort === undefined ? undefined : await listenForProbes(host, healthPort);
    await app.listen({ ...(udsPath === undefined ? { host, port } : { path: udsPath }), backlog }).catch((error) => {
      throw cannotListen(udsPath ?? `${host}:${port}`, error);
    });
  } catch (error) {
    await Promise.all([app?.close(), probes?.close()]);
    // Not awaited: a large model may take a minute until it can be closed.
    void shelf.close();
    throw error;
  }
  const ready = loading.then(() => search?.warm());
  // Whoever does not await it hears of it from the requests.
  ready.catch(() => undefined);
  const address = app.server.address();
  const listening = typeof address === 'object' ? (address as AddressInfo) : undefined;
  let closing: Promise<void> | undefined;
  const apply = (changes: SettingChanges) => {
    const { payloadLimit, receiveTimeout, maxConnections } = limits;
    live.apiKeys = changes.apiKeys ?? live.apiKeys;
    Object.assign(limits, changes.limits && limitsOf(changes.limits), { payloadLimit, receiveTimeout, maxConnections });
    context.autoTruncate = changes.autoTruncate ?? context.autoTruncate;
  };
  const close = async (graceMs = 10_000) => {
    live.isStopping = true;
    const late = setTimeout(() => app.server.closeAllConnections(), graceMs);
    await app.close();
    clearTimeout(late);
    await ready.catch(() => undefined);
    await shelf.close();
    await probes?.close();
    if (udsPath !== undefined) {
      await rm(udsPath, { force: true });
    }
  };
  return {
    url: listening === undefined ? (udsPath as string) : urlOf(listening, options.tls !== undefined),
    port: listening?.port,
    healthPort: probes?.port,
    ready,
    apply,
    reload: async (changes = {}) => {
      apply(changes);
      await shelf.reload();
    },
    close: (graceMs) => {
      closing ??= close(graceMs);
      return closing;
    },
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Makes a cache. Most servers keep no vectors, and need nothing of what does. */
async function vectorCache(bytes: number) {
  const { VectorCache } = await import('./vector-cache.js');
  return new VectorCache(bytes);
}

/** Returns every limit, with the defaults for those that are not given. */
function limitsOf(given: ServerLimits = {}): Required<ServerLimits> {
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaultLimits, ...said };
}

function urlOf({ address, port, family }: AddressInfo, isSecure: boolean): string {
  return `${isSecure ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
