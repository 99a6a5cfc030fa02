import type { Dispatcher } from 'undici';
import { OctavecError } from '../base/index.js';

/** A proxy that the environment names. */
export interface Proxy {
  readonly address: URL;
  /** "HTTPS_PROXY" */
  readonly variable: string;
}

const agents = new Map<string, Dispatcher>();

/**
 * Fetches through the proxy that the environment names. Node's own `fetch` ignores these variables before version
 * 22.21.
 *
 * @throws USAGE where what is named is no address
 */
export async function fetchThroughProxy(url: URL, init: RequestInit): Promise<Response> {
  const proxy = proxyFor(url);
  if (proxy === undefined) {
    return fetch(url, init);
  }
  // An agent fits the fetch of its own version only, and that of Node is another.
  const { fetch: fetchBy, ProxyAgent } = await import('undici');
  const { href } = proxy.address;
  const dispatcher = agents.get(href) ?? new ProxyAgent(href);
  agents.set(href, dispatcher);
  return (await fetchBy(url, { ...(init as object), dispatcher })) as unknown as Response;
}

/**
 * Returns the proxy for an address by HTTPS_PROXY, HTTP_PROXY (either for an address of its own kind) and NO_PROXY, or
 * undefined where there is none.
 *
 * @throws USAGE
 */
export function proxyFor(url: URL, environment: NodeJS.ProcessEnv = process.env): Proxy | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const variable = [name.toLowerCase(), name].find((one) => environment[one]);
  if (variable === undefined || isExcepted(url, environment.no_proxy || environment.NO_PROXY || '')) {
    return undefined;
  }
  const text = environment[variable] as string;
  try {
    const address = new URL(text.includes('://') ? text : `http://${text}`);
    if (/^https?:$/.test(address.protocol)) {
      return { address, variable };
    }
  } catch {
    // Told below.
  }
  throw new OctavecError('USAGE', {
    problem: `${variable} is no address of a proxy: ${text}`,
    hint: 'It should look like http://proxy.example:3128.',
  });
}

/**
 * Tells whether an address is on a list such as "localhost,.example.com,10.0.0.1:8080,*". A name also stands for its
 * subdomains, as in curl and Python.
 */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const used = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, host = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const name = host.replace(/^\*?\./, '');
      const fits = host === '*' || hostname === name || hostname.endsWith(`.${name}`);
      return fits && (only === undefined || only === used);
    });
}

/** Returns an address as it may be shown: without name and password. */
export function shownAddress({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
