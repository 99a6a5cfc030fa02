import { LinkedList, type Place } from './linked-list.js';
import type { Wanted } from './protocol.js';
import type { Request } from './request.js';

/**
 * Requests whose texts may share a batch with others', by what they want and by the length of their next text: those
 * that fit to a text are found without looking at the rest.
 */
export class MergeableRequests {
  readonly #byLength: Record<Wanted, Map<number, LinkedList<Request>>> = { vectors: new Map(), hidden: new Map() };
  readonly #places = new Map<Request, { readonly list: LinkedList<Request>; readonly place: Place<Request> }>();

  /** Returns the request that has waited longest among those whose next text has this length. */
  first(wanted: Wanted, length: number): Request | undefined {
    return this.#byLength[wanted].get(length)?.first?.value;
  }

  /** Puts a request where its next text belongs, or nowhere if nothing of it waits. */
  place(request: Request): void {
    this.remove(request);
    const { wanted, nextLength, alone } = request;
    if (nextLength !== undefined && !alone) {
      const lists = this.#byLength[wanted];
      const list = lists.get(nextLength) ?? new LinkedList<Request>();
      lists.set(nextLength, list);
      this.#places.set(request, { list, place: list.append(request) });
    }
  }

  remove(request: Request): void {
    const known = this.#places.get(request);
    known?.list.remove(known.place);
    this.#places.delete(request);
  }
}
