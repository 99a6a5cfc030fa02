import type { Matrix } from '../numbers/index.js';
import { runInThread } from '../threads/index.js';
import type { RidgeProblem } from './conjugate-gradients.js';
import type { CosineProblem } from './cosine-steps.js';
import type { Axes } from './principal-axes.js';

/** What is computed in a thread of its own. */
export type AlgebraTask =
  | { readonly kind: 'axes'; readonly vectors: Matrix; readonly dimensions: number; readonly centred: boolean }
  | { readonly kind: 'turn'; readonly vectors: Matrix; readonly axes: Axes }
  | { readonly kind: 'fit'; readonly problem: RidgeProblem }
  | { readonly kind: 'cosine'; readonly problem: CosineProblem };

export interface Algebra {
  start(task: AlgebraTask): Axes | Matrix | Float32Array;
}

/** Runs linear algebra away from the event loop. */
export class AlgebraThreads {
  readonly #path: string;
  readonly #threads: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param path of the teacher, for messages
   * @param threads that a fit is shared out among
   */
  constructor(path: string, threads: number, signal: AbortSignal | undefined) {
    this.#path = path;
    this.#threads = threads;
    this.#signal = signal;
  }

  /** Runs `principalAxes` in a thread. */
  async axes(vectors: Matrix, dimensions: number, centred: boolean): Promise<Axes> {
    return (await this.#run({ kind: 'axes', vectors: shared(vectors), dimensions, centred })) as Axes;
  }

  /** Runs `alongAxes` in a thread. */
  async turn(vectors: Matrix, axes: Axes): Promise<Matrix> {
    return (await this.#run({ kind: 'turn', vectors: shared(vectors), axes })) as Matrix;
  }

  /** Runs `ridgeFit`, each thread on some of the columns. */
  async ridge(problem: RidgeProblem): Promise<Float32Array> {
    const { width, start } = problem;
    const count = Math.min(this.#threads, width);
    const parts = Array.from({ length: count }, (_, i) => ({
      first: Math.round((i * width) / count),
      end: Math.round(((i + 1) * width) / count),
    }));
    const fitted = await Promise.all(
      parts.map(async ({ first, end }) => {
        const targets = someColumns(problem.targets, width, first, end);
        const own = { ...problem, targets, start: someColumns(start, width, first, end), width: end - first };
        return (await this.#run({ kind: 'fit', problem: own })) as Float32Array;
      }),
    );
    const whole = new Float32Array(start.length);
    parts.forEach(({ first, end }, part) => {
      const columns = end - first;
      for (let row = 0; row < start.length / width; row++) {
        whole.set(fitted[part].subarray(row * columns, (row + 1) * columns), row * width + first);
      }
    });
    return whole;
  }

  /** Runs `cosineSteps` in a thread. */
  async cosine(problem: CosineProblem): Promise<Float32Array> {
    return (await this.#run({ kind: 'cosine', problem })) as Float32Array;
  }

  #run(task: AlgebraTask) {
    const script = new URL('./algebra-worker.js', import.meta.url);
    return runInThread<Algebra>(script, task, { path: this.#path, signal: this.#signal, what: 'distilling' });
  }
}

/** Moves a matrix to memory that threads share rather than copy. */
function shared({ data, rows, columns }: Matrix): Matrix {
  if (data.buffer instanceof SharedArrayBuffer) {
    return { data, rows, columns };
  }
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return { data: copy, rows, columns };
}

function someColumns(values: Float32Array, width: number, first: number, end: number): Float32Array {
  const columns = end - first;
  const rows = values.length / width;
  const part = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    part.set(values.subarray(row * width + first, row * width + end), row * columns);
  }
  return part;
}
