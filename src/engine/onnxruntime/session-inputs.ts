import type { InferenceSession } from 'onnxruntime-node';
import { emptyPast, isPastInput } from '../../output/index.js';
import type { GraphInput } from './graph-session.js';

/**
 * Returns a session's inputs as the run time describes them. What a past measures and the file leaves open follows from
 * the attention that takes it: the run time refuses an empty one of another width.
 */
export async function sessionInputs(session: InferenceSession, path: string): Promise<readonly GraphInput[]> {
  const inputs = session.inputMetadata.map(
    (input): GraphInput => ({
      name: input.name,
      type: input.isTensor ? input.type : 'not a tensor',
      shape: input.isTensor ? input.shape : [],
    }),
  );
  const isOpen = ({ name, shape }: GraphInput) => isPastInput(name) && emptyPast(shape, 1) === undefined;
  if (!inputs.some(isOpen)) {
    return inputs;
  }
  // Shapes are inferred by a room that a first vector does not wait for otherwise.
  const { readPastSizes } = await import('./past-sizes.js');
  const sizes = await readPastSizes(path);
  return inputs.map((input) => {
    const [heads, width] = (isOpen(input) && sizes.get(input.name)) || [];
    return heads === undefined || width === undefined ? input : { ...input, shape: ['batch', heads, 'past', width] };
  });
}
