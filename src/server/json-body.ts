import type { FastifyInstance } from 'fastify';
import { reasonOf } from '../base/index.js';
import { Problem } from './problem.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Accepts JSON bodies alone, in valid UTF-8. Fastify's own parser would replace broken bytes without a word. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json\b/, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    throw new Problem('invalid', 'the body is not valid UTF-8');
  }
  if (text.trim() === '') {
    throw new Problem('invalid', 'the body is empty; send a JSON object');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('invalid', `the body is not valid JSON: ${reasonOf(error)}`);
  }
}
