import type { FastifyReply } from 'fastify';
import { Problem } from './problem.js';

type Answer = Pick<FastifyReply, 'raw'>;

/** Controllers that were not used up. Making one takes longer than all else that is done here for a request. */
const unused: AbortController[] = [];

/**
 * Does something for a client, with a signal that is aborted when the client goes away or the work takes longer than
 * `seconds`. The signal may serve another request afterwards, so nothing may hold on to it. Fastify's own
 * `request.signal` listens to the request, which Node closes as soon as its body is read.
 *
 * @throws Problem `timeout`, and what the work throws
 */
export async function whileAwaited<Result>(
  reply: Answer,
  seconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = unused.pop() ?? new AbortController();
  const { signal } = controller;
  const late = () => controller.abort(new Problem('timeout', `the request was not done within ${seconds} s`));
  const timer = setTimeout(late, 1000 * seconds).unref();
  const forget = whenEnded(reply, () => controller.abort(new Error('the client has closed the connection')));
  try {
    const result = await work(signal);
    // Work that failed may have parts that still run.
    if (!signal.aborted) {
      unused.push(controller);
    }
    return result;
  } catch (error) {
    throw signal.reason instanceof Problem ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** Where an answer keeps what is done at its end. A listener for each would be many where a request has many parts. */
const atEnd = Symbol('at the end');

/**
 * Does something when the answer has been sent or the client has gone, be it that it has gone already.
 *
 * @returns what takes the action back
 */
export function whenEnded({ raw }: Answer, action: () => void): () => void {
  if (raw.destroyed) {
    action();
    return () => undefined;
  }
  const actions = actionsOf(raw);
  actions.add(action);
  return () => actions.delete(action);
}

function actionsOf(raw: FastifyReply['raw'] & { [atEnd]?: Set<() => void> }): Set<() => void> {
  const known = raw[atEnd];
  if (known !== undefined) {
    return known;
  }
  const actions = new Set<() => void>();
  raw[atEnd] = actions;
  raw.once('close', () => {
    for (const action of actions) {
      action();
    }
  });
  return actions;
}
