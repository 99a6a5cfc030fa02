import type { EmbedderOptions } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import type { ServedIndexOptions } from './search/search-service.js';

/** A model that the server offers. */
export interface ServedModelOptions {
  /** How clients ask for it: "sentence-transformers/all-MiniLM-L6-v2". */
  readonly name: string;
  /** Other names that lead to it: "text-embedding-3-small". */
  readonly aliases?: readonly string[];
  /** What the model itself is called, for `/info`; its name by default. */
  readonly id?: string;
  /** Finds the model's files. Called again when the server reloads, so that a replaced model is picked up. */
  readonly open: () => Promise<ModelFiles>;
  /** The commit or other mark of the model's source, for `/info`. */
  readonly revision?: string;
}

/** Limits that keep the server's memory bounded, whatever clients send. */
export interface ServerLimits {
  /** Requests that are worked on at the same time; 512 by default. */
  readonly maxConcurrentRequests?: number;
  /** Texts of all requests together; 20,000 by default. */
  readonly maxWaitingTexts?: number;
  /** Tokens of all requests together, estimated before texts are tokenized; 4 million by default. */
  readonly maxWaitingTokens?: number;
  /** Bytes of request bodies that are received or worked on at the same time; 32 MB by default. */
  readonly maxWaitingBytes?: number;
  /** Bytes of one body; 2,000,000 by default, as with TEI. */
  readonly payloadLimit?: number;
  /** Inputs of one request on TEI's routes; 32 by default, as with TEI. */
  readonly maxClientBatchSize?: number;
  /** Seconds until a request that is worked on is given up; 60 by default. */
  readonly requestTimeout?: number;
  /** Seconds within which a client must have sent its request; 30 by default. */
  readonly receiveTimeout?: number;
  /** Open connections; 10,000 by default. */
  readonly maxConnections?: number;
}

/** What a server serves, where it listens, and its limits. */
export interface ServerOptions {
  /** Models that are served; the first serves requests without a model's name. */
  readonly models: readonly ServedModelOptions[];
  /** Indexes that are searched under `/search`; the first where a request names none. */
  readonly indexes?: readonly ServedIndexOptions[];
  /** Clients may add and remove documents; false by default. */
  readonly indexWritable?: boolean;
  /** Address to listen on; `127.0.0.1` by default. */
  readonly host?: string;
  /** 0 takes any free port; 3000 by default. */
  readonly port?: number;
  /**
   * A second port, of the same address, for `/health` alone, in plain HTTP, from a thread of its own: it is answered at
   * once, whatever comes to the first port. None by default; 0 takes any free one.
   */
  readonly healthPort?: number;
  /** A Unix domain socket to listen on in place of host and port. */
  readonly udsPath?: string;
  /** Certificate and key in PEM, for HTTPS. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Bounds on requests and on what waits; see `ServerLimits` for the defaults. */
  readonly limits?: ServerLimits;
  /** How embedders are loaded: engine, threads, workers, memory; `onReady` is told of each with what runs it, and why. */
  readonly embedder?: Omit<EmbedderOptions, 'signal' | 'variant' | 'tokenizer' | 'like'>;
  /** Bytes that loaded models may take together; the least recently used is unloaded first. No limit by default. */
  readonly memoryBudget?: number;
  /** Seconds after which a model that nobody asks for is unloaded; never by default. */
  readonly unloadAfter?: number;
  /** Vectors that are kept, in bytes; 0, the default, keeps none. */
  readonly cacheBytes?: number;
  /** Over-long texts are cut where a request does not say; true by default, as with TEI. */
  readonly autoTruncate?: boolean;
  /** Serve unknown model names on the OpenAI, Ollama and Cohere routes with the only model there is. */
  readonly anyModelName?: boolean;
  /** SHA-256, in hexadecimal, of the API keys that are accepted; without any, no key is asked for. */
  readonly apiKeys?: readonly string[];
  /** Requests a minute and key (or address, where there are no keys); no limit by default. */
  readonly rateLimit?: number;
  /** Origins that browsers may call from; none by default. */
  readonly corsAllowOrigin?: readonly string[];
  /** Lines of JSON about requests, for standard error or a file; none by default. */
  readonly log?: { write(line: string): void };
  /** Least level of the lines that are logged; `info` by default. */
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
}

/** What a running server takes over. */
export interface SettingChanges {
  /** In place of all keys. */
  readonly apiKeys?: readonly string[];
  /** `payloadLimit`, `receiveTimeout` and `maxConnections` count from the next start. */
  readonly limits?: ServerLimits;
  readonly autoTruncate?: boolean;
}

/** Every limit with its default. */
export const defaultLimits: Required<ServerLimits> = {
  maxConcurrentRequests: 512,
  maxWaitingTexts: 20_000,
  maxWaitingTokens: 4_000_000,
  maxWaitingBytes: 32 * 2 ** 20,
  payloadLimit: 2_000_000,
  maxClientBatchSize: 32,
  requestTimeout: 60,
  receiveTimeout: 30,
  maxConnections: 10_000,
};
