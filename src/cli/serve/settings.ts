import { keysOf, type MethodName, OctavecError } from '../../base/index.js';
import { readConfiguration } from '../../config/index.js';
import type { Device, EngineChoice, Isolation, MemoryMode } from '../../engine/index.js';
import { readText } from '../../files/index.js';
import { hashOfKey, type ServerOptions, type SettingChanges } from '../../server/index.js';
import { readKeyFile } from '../key-file.js';
import type { NamedModelFlags } from '../named-model.js';

/** What the command line and the environment say. */
export interface ServeFlags extends NamedModelFlags {
  readonly variant?: string;
  readonly to?: MethodName;
  readonly alias?: readonly string[];
  readonly servedModelName?: string;
  readonly defaultPromptName?: string;
  readonly defaultPrompt?: string;
  readonly force?: boolean;
  readonly index?: readonly string[];
  readonly indexWritable?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly healthPort?: number;
  readonly udsPath?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  /** requests a minute for each key */
  readonly rateLimit?: number;
  readonly corsAllowOrigin?: readonly string[];
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly workers?: number;
  readonly memory?: MemoryMode;
  readonly device?: Device;
  readonly isolation?: Isolation;
  readonly maxConcurrentRequests?: number;
  readonly maxClientBatchSize?: number;
  /** bytes */
  readonly payloadLimit?: number;
  /** seconds */
  readonly requestTimeout?: number;
  /** MB */
  readonly memoryBudget?: number;
  /** seconds */
  readonly unloadAfter?: number;
  /** MB */
  readonly cacheSize?: number;
  readonly autoTruncate?: boolean;
  readonly anyModelName?: boolean;
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
}

/** The same with what the configuration says where they say nothing. */
export interface ServeSettings extends ServeFlags {
  /** Models of the configuration. */
  readonly models?: readonly string[];
  /** Names of models by other names, of the configuration. */
  readonly aliases?: Readonly<Record<string, string>>;
}

const bytesPerMegabyte = 2 ** 20;

/**
 * Merges the flags of `serve` with the configuration.
 *
 * @throws SETTINGS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function serveSettings(flags: ServeFlags): Promise<ServeSettings> {
  const { server, threads, engine } = await readConfiguration({ file: flags.config });
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { threads, engine, ...server, ...given };
}

/**
 * Turns settings into options of the server.
 *
 * @throws FILE_NOT_READABLE, USAGE
 */
export async function serverOptions(settings: ServeSettings): Promise<Omit<ServerOptions, 'models'>> {
  const { tlsCert, tlsKey, memoryBudget, cacheSize } = settings;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new OctavecError('USAGE', { problem: '--tls-cert and --tls-key go together' });
  }
  const { engine, device, threads, workers, memory, isolation } = settings;
  const { host, port, healthPort, udsPath } = settings;
  const { unloadAfter, anyModelName, rateLimit, corsAllowOrigin, logLevel = 'warn' } = settings;
  return {
    ...{ host, port, healthPort, udsPath, unloadAfter, anyModelName, rateLimit, corsAllowOrigin, logLevel },
    ...(tlsCert !== undefined &&
      tlsKey !== undefined && { tls: { cert: await readText(tlsCert), key: await readText(tlsKey) } }),
    ...(await settingChanges(settings)),
    embedder: { engine, device, threads, workers, memory, isolation, onReady: sayReady },
    memoryBudget: memoryBudget && memoryBudget * bytesPerMegabyte,
    cacheBytes: cacheSize && cacheSize * bytesPerMegabyte,
    log: process.stderr,
  };
}

/** Returns the settings that a running server can change. */
export async function settingChanges(settings: ServeSettings): Promise<SettingChanges> {
  const { maxConcurrentRequests, maxClientBatchSize, payloadLimit, requestTimeout, autoTruncate } = settings;
  return {
    apiKeys: await readKeys(settings),
    limits: { maxConcurrentRequests, maxClientBatchSize, payloadLimit, requestTimeout },
    autoTruncate,
  };
}

/** Settings that a running server takes over; all others count from its next start. */
const live: readonly (keyof ServeSettings)[] = [
  'apiKeyFile',
  'maxConcurrentRequests',
  'maxClientBatchSize',
  'requestTimeout',
  'autoTruncate',
];

/** Names the settings that differ and need a restart. */
export function lateChanges(before: ServeSettings, after: ServeSettings): string[] {
  const names = keysOf({ ...before, ...after });
  return names.filter((name) => !live.includes(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

async function readKeys({ apiKey, apiKeyFile }: ServeSettings): Promise<string[]> {
  const single = apiKey === undefined ? [] : [hashOfKey(apiKey)];
  return apiKeyFile === undefined ? single : [...single, ...(await readKeyFile(apiKeyFile))];
}

/** Prints what runs a model, and why not the native engine where that is so. */
function sayReady(line: string): void {
  process.stderr.write(`${line}\n`);
}
