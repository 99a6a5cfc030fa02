import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { reasonOf } from '../base/index.js';
import { Problem } from './problem.js';

/** Bodies from this size on take some of the time that others wait for. */
const largeBytes = 64 * 1024;
const byteOrderMark = Buffer.from('\ufeff');

/**
 * Accepts JSON bodies alone, in valid UTF-8. Fastify's own parser would replace broken bytes without a word. Of large
 * bodies one is parsed in a turn of the event loop: however many come, small requests pass between them.
 */
export function acceptJson(app: FastifyInstance): void {
  let lastTurn: Promise<unknown> = Promise.resolve();
  const nextTurn = () => {
    lastTurn = lastTurn.then(() => new Promise(setImmediate));
    return lastTurn;
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\b/,
    { parseAs: 'buffer' },
    (_request, body: Buffer, done) => {
      if (body.length < largeBytes) {
        answerWith(done, body);
      } else {
        void nextTurn().then(() => answerWith(done, body));
      }
    },
  );
}

function answerWith(done: (error: Error | null, body?: unknown) => void, bytes: Buffer): void {
  let body: unknown;
  try {
    body = parseJson(bytes);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, body);
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) {
    throw new Problem('invalid', 'the body is not valid UTF-8');
  }
  const hasMark = body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const text = body.toString('utf8', hasMark ? byteOrderMark.length : 0);
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'empty; send a JSON object' : `not valid JSON: ${reasonOf(error)}`;
    throw new Problem('invalid', `the body is ${why}`);
  }
}
