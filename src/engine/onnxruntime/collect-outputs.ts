import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Dead outputs of this size are worth looking for: a fraction of a millisecond, against ten for the batches that left them. */
const worthwhileBytes = 2 ** 20;

/**
 * ONNX Runtime's binding gives every output in a new buffer, of a megabyte and more for hidden states. Node looks for dead
 * buffers after some tens of megabytes only, in each thread: with several workers they would take more than the model.
 *
 * @returns a function to call with the bytes of an output that nobody holds any more
 */
export function outputCollector(): (bytes: number) => void {
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
