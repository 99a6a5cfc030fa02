import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Dead memory of this size is worth looking for: that takes a fraction of a millisecond. */
const worthwhileBytes = 2 ** 20;

/**
 * Makes a function that collects dead native memory in worker threads. There, a few objects may hold megabytes: outputs
 * of ONNX Runtime, encodings of the tokenizer. Node looks for dead ones after some tens of megabytes, in each thread,
 * or does not know of them at all; with several workers they would take more than the model.
 *
 * @returns a function to call with the bytes that nobody holds any more
 */
export function deadMemoryCollector(): (bytes: number) => void {
  // Node gives its garbage collector out in no other way. Contexts that exist already do not get it.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as ((options: { readonly type: 'minor' }) => void) | undefined;
  let dead = 0;
  return (bytes) => {
    dead += bytes;
    if (dead >= worthwhileBytes) {
      dead = 0;
      collect?.({ type: 'minor' });
    }
  };
}
