import { reasonOf } from '../base/index.js';

/** A process that loads one package with native code: if that crashes, it alone is gone. */

const [, , name] = process.argv;

import(name).then(
  () => process.send?.({ loaded: true }),
  (error: unknown) => process.send?.({ loaded: false, why: reasonOf(error).split('\n')[0] }),
);
