import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Hashes a key: its SHA-256 in hexadecimal is all that the server keeps of it.
 *
 * @example
 * ```ts
 * await serve({ models, apiKeys: [hashOfKey(process.env.API_KEY)] });
 * ```
 */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Reads a list of keys: one a line, as `sha256:<64 hexadecimal digits>` or as the key itself; empty lines and lines
 * that begin with `#` are passed over.
 *
 * @returns the SHA-256 of each key, in hexadecimal
 * @example
 * ```ts
 * const apiKeys = parseKeys(await readFile('/run/secrets/keys', 'utf8'));
 * ```
 */
export function parseKeys(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^sha256:([0-9a-f]{64})$/i.exec(line)?.[1].toLowerCase() ?? hashOfKey(line));
}

/** Returns the key of an `Authorization: Bearer` header, or of the headers that Azure's and Cohere's clients send. */
export function keyOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(String(headers.authorization ?? ''))?.[1];
  const other = headers['api-key'] ?? headers['x-api-key'];
  return bearer?.trim() ?? (typeof other === 'string' ? other : undefined);
}

/** Tells whether a key is accepted. Takes the same time for every key, however wrong it is. */
export function isAccepted(key: string, accepted: readonly string[]): boolean {
  const hash = Buffer.from(hashOfKey(key), 'hex');
  return accepted.map((one) => timingSafeEqual(hash, Buffer.from(one, 'hex'))).includes(true);
}
