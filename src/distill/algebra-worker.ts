import { serveCalls } from '../threads/index.js';
import type { Algebra } from './algebra.js';
import { ridgeFit } from './conjugate-gradients.js';
import { cosineSteps } from './cosine-steps.js';
import { alongAxes, principalAxes } from './principal-axes.js';

/** A thread for what would keep the event loop busy for seconds. */

serveCalls<Algebra>((task) => {
  switch (task.kind) {
    case 'axes':
      return { ready: principalAxes(task.vectors, task.dimensions, task.centred), answers: {} };
    case 'turn':
      return { ready: alongAxes(task.vectors, task.axes), answers: {} };
    case 'cosine':
      return { ready: cosineSteps(task.problem), answers: {} };
    default:
      return { ready: ridgeFit(task.problem), answers: {} };
  }
});
