/**
 * What recognition throws inside its own folder when a graph is not an encoder that the native engine knows. It never
 * leaves the folder: `recogniseEncoder` turns it into a reason.
 */
export class Unrecognised extends Error {
  override readonly name = 'Unrecognised';
}

/** Throws Unrecognised unless the condition holds. */
export function require(condition: unknown, otherwise: string): asserts condition {
  if (!condition) {
    throw new Unrecognised(otherwise);
  }
}
