import { readFile } from 'node:fs/promises';
import type { App } from './context.js';

const page = new URL('../../data/console.html', import.meta.url);

/** Everything the page needs stands in it; it talks to this server alone. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the console at `/`. Whoever does not ask for a page, as TEI's health checks do, gets an empty answer. */
export function consoleRoutes(app: App): void {
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    if (!request.headers.accept?.includes('text/html')) {
      return '';
    }
    reply.headers({ 'content-security-policy': policy, 'content-type': 'text/html; charset=utf-8' });
    return readFile(page, 'utf8');
  });
}
