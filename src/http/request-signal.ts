import type { FastifyReply } from 'fastify';
import { Problem } from './problem.js';

/**
 * Returns a signal that is aborted when the client goes away, or the work takes longer than `seconds`. Fastify's own
 * `request.signal` listens to the request, which Node closes as soon as its body is read.
 */
export function requestSignal(reply: FastifyReply, seconds: number): AbortSignal {
  const controller = new AbortController();
  const late = () => controller.abort(new Problem('timeout', `the request was not done within ${seconds} s`));
  const timer = setTimeout(late, 1000 * seconds).unref();
  whenEnded(reply, () => {
    clearTimeout(timer);
    if (!reply.raw.writableFinished) {
      controller.abort(new Error('the client has closed the connection'));
    }
  });
  return controller.signal;
}

/** What is done at the end of an answer. A listener for each would be hundreds where a request has many pairs of texts. */
const atEnd = new WeakMap<FastifyReply['raw'], (() => void)[]>();

/** Does something when the answer has been sent or the client has gone, be it that it has gone already. */
export function whenEnded({ raw }: Pick<FastifyReply, 'raw'>, action: () => void): void {
  const known = atEnd.get(raw);
  if (raw.destroyed) {
    action();
  } else if (known !== undefined) {
    known.push(action);
  } else {
    const actions = [action];
    atEnd.set(raw, actions);
    raw.once('close', () => {
      for (const each of actions) {
        each();
      }
    });
  }
}

/** Returns why a request was given up, in place of the error that this caused. */
export function asGivenUp(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted && signal.reason instanceof Problem ? signal.reason : error;
}
