/**
 * A client of the server for Node, Deno, Bun and browsers: `fetch` alone, no dependencies.
 *
 * @module
 */
import {
  type AddedDocuments,
  documentPath,
  type FoundPassage,
  type HeldDocument,
  type IndexRequest,
  type NewDocument,
  type Passage,
  type SearchRequest,
} from './search.js';

export type {
  AddedDocuments,
  FieldValue,
  FoundPassage,
  HeldDocument,
  IndexRequest,
  NewDocument,
  Passage,
  SearchRequest,
} from './search.js';

/** Where the server is, and how it is asked. */
export interface ClientOptions {
  /** Where the server is; `http://127.0.0.1:3000` by default. */
  readonly url?: string;
  /** Sent as a bearer token, for servers that ask for a key; none by default. */
  readonly apiKey?: string;
  /** Attempts in all where the server is busy, loading or cannot be reached; 5 by default. */
  readonly attempts?: number;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** How a request embeds its texts. */
export interface EmbedRequest {
  /** Name or alias of a model; the server's first by default. */
  readonly model?: string;
  /** What the texts are, for models with prompts. */
  readonly inputType?: 'query' | 'document' | (string & {});
  /** Length of the vectors, for models that may be cut. */
  readonly dimensions?: number;
  /** Whether over-long texts are cut; what the server is set to by default. */
  readonly truncate?: boolean;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** Vectors, and what the server says about them. */
export interface Embeddings {
  /** A vector for each text. */
  readonly vectors: readonly Float32Array[];
  /** Name of the model that made the vectors. */
  readonly model: string;
  /** Tokens that were read. */
  readonly tokens: number;
  /** Texts that were longer than the model reads, and cut. */
  readonly truncated: number;
}

/**
 * An answer of the server that is no success.
 *
 * @example
 * ```ts
 * try {
 *   await client.embed(['hello']);
 * } catch (error) {
 *   if (error instanceof ServerError && error.status === 401) console.error('The key is missing or wrong');
 * }
 * ```
 */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  /** HTTP status; 0 where the server could not be reached. */
  readonly status: number;
  /** The server's own name for the error, such as "rate_limit_exceeded"; undefined if it gives none. */
  readonly code: string | undefined;

  constructor(message: string, status: number, code?: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

/** Texts in one request: more are sent one request after the other. */
const textsAtOnce = 256;
const documentsAtOnce = 100;
const passagesAtOnce = 1000;
/** Statuses that another attempt may better. */
const passing = new Set([408, 429, 500, 502, 503, 504]);
const firstDelayMs = 250;
const longestDelayMs = 30_000;

/**
 * Embeds texts on a server of octavec, or on any that speaks OpenAI's API. Waits and tries again where the server is busy
 * (`Retry-After` is honoured) or cannot be reached.
 *
 * @example
 * ```ts
 * import { Client } from 'octavec/client';
 *
 * const client = new Client({ url: 'http://127.0.0.1:3000' });
 * const { vectors } = await client.embed(['A cat sits on the mat.'], { inputType: 'document' });
 * console.log(vectors[0].length); // 384
 * ```
 */
export class Client {
  readonly #url: string;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#url = (options.url ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
    this.#options = options;
  }

  /**
   * Embeds texts, and returns their vectors in the same order.
   *
   * @throws ServerError; what `signal` is aborted with
   */
  async embed(texts: readonly string[], request: EmbedRequest = {}): Promise<Embeddings> {
    const { model, inputType: input_type, dimensions, truncate, signal } = request;
    const vectors: Float32Array[] = [];
    let [tokens, truncated, name] = [0, 0, model ?? ''];
    for (let start = 0; start < texts.length; start += textsAtOnce) {
      const input = texts.slice(start, start + textsAtOnce);
      const body = { input, model, input_type, dimensions, truncate, encoding_format: 'base64' };
      const init = { method: 'POST', body: JSON.stringify(body) };
      const { answer, headers } = await this.#ask<OpenAiAnswer>('/v1/embeddings', init, signal);
      const count = answer?.data?.length ?? 0;
      if (count !== input.length) {
        throw new ServerError(`${input.length} texts were sent, and ${count} vectors came back`, 200);
      }
      for (const { embedding } of answer.data.sort((a, b) => a.index - b.index)) {
        vectors.push(typeof embedding === 'string' ? floatsOf(embedding) : Float32Array.from(embedding));
      }
      tokens += answer.usage.total_tokens;
      truncated += Number(headers.get('x-octavec-truncated') ?? 0);
      name = answer.model;
    }
    return { vectors, model: name, tokens, truncated };
  }

  /**
   * Lists the names of the served models, aliases included.
   *
   * @throws ServerError
   */
  async models(signal?: AbortSignal): Promise<string[]> {
    const { answer } = await this.#ask<{ data: { id: string }[] }>('/v1/models', {}, signal);
    return answer.data.map(({ id }) => id);
  }

  /**
   * Finds the passages that answer a question best, in an index that the server offers (`octavec serve --index`).
   *
   * @throws ServerError; what `signal` is aborted with
   * @example
   * ```ts
   * const results = await client.search('How do I install it?', { top: 3, filter: 'lang = "en"' });
   * ```
   */
  async search(query: string, request: SearchRequest = {}): Promise<readonly FoundPassage[]> {
    const { signal, ...options } = request;
    const { results } = await this.#json<{ results: FoundPassage[] }>('POST', '/search', { query, ...options }, signal);
    return results;
  }

  /**
   * Adds documents to an index, or puts them in the place of those with the same ids. The server must allow it (`--index-writable`).
   *
   * @throws ServerError; what `signal` is aborted with
   */
  async addDocuments(documents: readonly NewDocument[], request: IndexRequest = {}): Promise<AddedDocuments> {
    const { index, signal } = request;
    let sum: AddedDocuments = { added: 0, updated: 0, unchanged: 0, skipped: [] };
    for (let start = 0; start < documents.length; start += documentsAtOnce) {
      const body = { index, documents: documents.slice(start, start + documentsAtOnce) };
      const outcome = await this.#json<AddedDocuments>('POST', '/documents', body, signal);
      sum = {
        added: sum.added + outcome.added,
        updated: sum.updated + outcome.updated,
        unchanged: sum.unchanged + outcome.unchanged,
        skipped: [...sum.skipped, ...outcome.skipped],
      };
    }
    return sum;
  }

  /**
   * Returns a document with all of its passages, or undefined for one that the index does not hold.
   *
   * @throws ServerError; what `signal` is aborted with
   */
  async document(id: string, { index, signal }: IndexRequest = {}): Promise<HeldDocument | undefined> {
    const passages: Passage[] = [];
    for (;;) {
      const path = documentPath(id, { index, from: `${passages.length}`, count: `${passagesAtOnce}` });
      const part = await this.#json<HeldDocument & { total: number }>('GET', path, undefined, signal).catch(ifHeld);
      if (part === undefined) {
        return undefined;
      }
      passages.push(...part.passages);
      if (passages.length >= part.total || part.passages.length === 0) {
        return { id, metadata: part.metadata, passages };
      }
    }
  }

  /**
   * Removes a document from an index. The server must allow it.
   *
   * @returns whether it was there
   * @throws ServerError; what `signal` is aborted with
   */
  async removeDocument(id: string, { index, signal }: IndexRequest = {}): Promise<boolean> {
    const path = documentPath(id, { index });
    const answer = await this.#json<{ removed: number }>('DELETE', path, undefined, signal).catch(ifHeld);
    return answer !== undefined;
  }

  async #json<Answer>(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Answer> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return (await this.#ask<Answer>(path, init, signal)).answer;
  }

  async #ask<Answer>(
    path: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly answer: Answer; readonly headers: Headers }> {
    const { apiKey, attempts = 5, fetch = globalThis.fetch } = this.#options;
    const headers = {
      ...(init.body !== undefined && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    for (let attempt = 1; ; attempt++) {
      let failure: ServerError;
      let delayMs = firstDelayMs * 2 ** (attempt - 1);
      try {
        const response = await fetch(this.#url + path, { ...init, headers, signal });
        if (response.ok) {
          return { answer: answerOf(await response.text(), response.status), headers: response.headers };
        }
        failure = await errorOf(response);
        const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
        delayMs = wait >= 0 ? Math.max(1000 * wait, delayMs) : delayMs;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ServerError) {
          throw error;
        }
        failure = new ServerError(`${this.#url} cannot be reached`, 0, undefined, error);
      }
      if (attempt >= attempts || (failure.status !== 0 && !passing.has(failure.status))) {
        throw failure;
      }
      // Clients that were refused together must not come back together.
      await delay(Math.min(delayMs * (1 + Math.random() / 2), longestDelayMs), signal);
    }
  }
}

interface OpenAiAnswer {
  readonly data: { readonly index: number; readonly embedding: string | number[] }[];
  readonly model: string;
  readonly usage: { readonly total_tokens: number };
}

/** Turns the error of a missing document into undefined, which is an answer. */
function ifHeld(error: unknown): undefined {
  if (error instanceof ServerError && error.code === 'unknown_document') {
    return undefined;
  }
  throw error;
}

function answerOf<Answer>(text: string, status: number): Answer {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServerError('what answers is no server of embeddings: it sends no JSON', status, undefined, error);
  }
}

async function errorOf(response: Response): Promise<ServerError> {
  const text = await response.text();
  let error: { message?: string; code?: string } | string | null | undefined;
  try {
    error = JSON.parse(text).error;
  } catch {
    error = undefined;
  }
  const { message, code } = typeof error === 'string' ? { message: error, code: undefined } : (error ?? {});
  return new ServerError(
    message ?? `the server answers with status ${response.status}`,
    response.status,
    code ?? undefined,
  );
}

/** Reads numbers from base64, in which OpenAI's API sends little-endian float32. */
function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
