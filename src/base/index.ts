/** What every room may lean on: errors, progress, cancelling, checks of options, quantities as people read them. Knows nothing of models. */
export * from './breathe.js';
export * from './cancel.js';
export * from './check-option.js';
export { distinctEnds } from './distinct-ends.js';
export { eachAtOnce } from './each-at-once.js';
export type { ExitStatus } from './errors/error-entry.js';
export * from './errors.js';
export { inOrder } from './in-order.js';
export { type Location, maybePathOf, pathOf } from './location.js';
export { nearestName } from './nearest-name.js';
export { optionalPackage } from './optional-package.js';
export { packagePath } from './package-path.js';
export { placesOfTexts } from './places-of-texts.js';
export * from './printable.js';
export * from './progress.js';
export * from './quantities.js';
export { unknownTokenId } from './unknown-token.js';
export * from './version.js';
