/** A place in a {@link LinkedList}. */
export interface Place<Value> {
  readonly value: Value;
  next: Place<Value> | undefined;
  previous: Place<Value> | undefined;
}

/** A line that is left from anywhere in constant time. */
export class LinkedList<Value> {
  #first: Place<Value> | undefined;
  #last: Place<Value> | undefined;

  get first(): Place<Value> | undefined {
    return this.#first;
  }

  /**
   * Adds a value at the end.
   *
   * @returns the place, to be given back to `remove` once
   */
  append(value: Value): Place<Value> {
    const place: Place<Value> = { value, next: undefined, previous: this.#last };
    if (this.#last === undefined) {
      this.#first = place;
    } else {
      this.#last.next = place;
    }
    this.#last = place;
    return place;
  }

  remove({ previous, next }: Place<Value>): void {
    if (previous === undefined) {
      this.#first = next;
    } else {
      previous.next = next;
    }
    if (next === undefined) {
      this.#last = previous;
    } else {
      next.previous = previous;
    }
  }
}
