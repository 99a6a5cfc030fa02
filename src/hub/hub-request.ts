import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, OctavecError, ownValue, reasonOf, throwIfCancelled } from '../base/index.js';
import type { HubSettings } from './hub-settings.js';
import { fetchThroughProxy, proxyFor, shownAddress } from './proxy.js';

export interface HubRequest {
  /** `GET` by default. */
  readonly method?: 'GET' | 'HEAD';
  /** Headers besides those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** As a person would name it: "the data set mteb/x". */
  readonly what: string;
  /** Where the answer would lead to another host, it is the answer itself: its headers describe the file. */
  readonly stayOnHost?: boolean;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

const mostAttempts = 5;
const mostRedirects = 10;
/** Answers that another attempt may better. */
const passing = new Set([408, 429, 500, 502, 503, 504]);
/** Errors that another attempt will not better: nobody is there. */
const lasting = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);

/**
 * Asks the hub, again where that may help. The token goes to the hub's own host alone, whatever it redirects to.
 *
 * @returns an answer with status 200 or 206, or 416 for a range that is not there; a redirection where `stayOnHost` says so
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_UNREACHABLE, CANCELLED
 */
export async function askHub(url: URL, request: HubRequest, settings: HubSettings): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let why: string;
    let last = attempt === mostAttempts;
    let wait = settings.retryDelayMs * 2 ** (attempt - 1);
    try {
      const response = await followed(url, request, settings);
      if (response.ok || response.status === 416 || isRedirect(response)) {
        return response;
      }
      await response.body?.cancel();
      if (!passing.has(response.status)) {
        throw refusal(response, request.what, settings);
      }
      why = `it answers with status ${response.status}`;
      wait = Math.max(wait, Math.min(60_000, 1000 * Number(response.headers.get('retry-after') ?? 0) || 0));
    } catch (error) {
      throwIfCancelled(request.signal, `asking for ${request.what}`);
      if (error instanceof OctavecError) {
        throw error;
      }
      const cause = firstCause(error);
      last ||= lasting.has(codeOf(cause) ?? '');
      why = reasonOf(cause);
    }
    if (last) {
      throw new OctavecError('HUB_UNREACHABLE', {
        endpoint: settings.endpoint,
        what: request.what,
        why: why + throughProxy(url),
      });
    }
    await delay(wait, undefined, { signal: request.signal }).catch(() => undefined);
    throwIfCancelled(request.signal, `asking for ${request.what}`);
  }
}

/** Returns the innermost cause of an error of fetch, whose own message says nothing. */
function firstCause(error: unknown): unknown {
  const { cause } = error as { cause?: Error };
  return cause?.message ? firstCause(cause) : error;
}

async function followed(start: URL, request: HubRequest, settings: HubSettings): Promise<Response> {
  let url = start;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await fetchOnce(url, request, settings);
    const location = response.headers.get('location');
    if (!isRedirect(response) || location === null) {
      return response;
    }
    const next = new URL(location, url);
    if (request.stayOnHost && next.host !== start.host) {
      return response;
    }
    await response.body?.cancel();
    url = next;
  }
  throw new Error('it redirects in a circle');
}

async function fetchOnce(url: URL, request: HubRequest, settings: HubSettings): Promise<Response> {
  const { method = 'GET', headers, signal } = request;
  const isHub = url.origin === new URL(settings.endpoint).origin;
  const silence = new AbortController();
  const timer = setTimeout(
    () => silence.abort(new Error(`no answer within ${settings.answerTimeoutMs / 1000} s`)),
    settings.answerTimeoutMs,
  );
  try {
    return await fetchThroughProxy(url, {
      method,
      redirect: 'manual',
      headers: {
        // Bytes as they are stored: lengths, ranges and hashes speak of those.
        'accept-encoding': 'identity',
        'user-agent': 'octavec',
        ...headers,
        ...(isHub && settings.token !== undefined && { authorization: `Bearer ${settings.token}` }),
      },
      signal: AbortSignal.any(signal ? [silence.signal, signal] : [silence.signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}

function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/**
 * Makes the error for a refused request. The hub hides what is private: without a token it answers 401 also for what
 * does not exist.
 */
function refusal({ status, headers }: Response, what: string, { endpoint, token }: HubSettings): OctavecError {
  const code = headers.get('x-error-code');
  if (status === 404 || code === 'RepoNotFound') {
    const reasons: Record<string, string> = {
      RevisionNotFound: 'it has no such revision',
      EntryNotFound: 'it has no such file',
    };
    const why =
      ownValue(reasons, code ?? '') ?? (token === undefined ? 'it is not there, or private' : 'it is not there');
    return new OctavecError('HUB_NOT_FOUND', { endpoint, what, why });
  }
  if (status === 401 || status === 403) {
    const gated = 'its conditions must be accepted on its page first';
    const why =
      code === 'GatedRepo' ? gated : token === undefined ? 'it needs a token' : 'it does not accept the token';
    return new OctavecError('HUB_DENIED', { endpoint, what, why });
  }
  return new OctavecError('HUB_UNREACHABLE', { endpoint, what, why: `it answers with status ${status}` });
}

/** Says which proxy was asked, if one was: it may be at fault. */
function throughProxy(url: URL): string {
  const proxy = proxyFor(url);
  return proxy === undefined
    ? ''
    : ` (through the proxy ${shownAddress(proxy.address)}, which ${proxy.variable} names)`;
}
