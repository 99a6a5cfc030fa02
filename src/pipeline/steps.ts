import type { OnProgress } from '../base/index.js';

/** Tells progress with the step that it belongs to: "step 2 of 4". */
export class Steps {
  readonly onProgress: OnProgress | undefined;
  #number = 1;

  /** @param onProgress undefined where nobody is told */
  constructor(of: number, onProgress: OnProgress | undefined) {
    this.onProgress = onProgress && ((event) => onProgress({ ...event, step: { number: this.#number, of } }));
  }

  next(): void {
    this.#number++;
  }
}
