/** A function to be minimized, with its gradient. */
export type Objective = (at: Float64Array) => Promise<{ readonly value: number; readonly gradient: Float64Array }>;

const memory = 10;

interface Step {
  /** Change of the place, and of the gradient. */
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly curvature: number;
}

/**
 * Finds the place where a smooth function is smallest, by L-BFGS (Nocedal and Wright, Numerical Optimization,
 * algorithm 7.5) with a backtracking line search. Stops when no component of the gradient exceeds `tolerance`.
 */
export async function minimize(
  objective: Objective,
  start: Float64Array,
  limits: { readonly maxIterations: number; readonly tolerance: number },
): Promise<Float64Array> {
  let place = start;
  let { value, gradient } = await objective(place);
  const steps: Step[] = [];
  for (let iteration = 0; iteration < limits.maxIterations && largest(gradient) > limits.tolerance; iteration++) {
    const direction = descentDirection(gradient, steps);
    const slope = product(direction, gradient);
    // Without curvature known yet, the first step is kept as short as the gradient is steep.
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next = moved(place, direction, length);
    let found = await objective(next);
    while (!(found.value <= value + 1e-4 * length * slope)) {
      length /= 2;
      if (length < 1e-12) {
        return place;
      }
      next = moved(place, direction, length);
      found = await objective(next);
    }
    const s = moved(next, place, -1);
    const y = moved(found.gradient, gradient, -1);
    const curvature = product(s, y);
    if (curvature > 1e-10 * product(y, y)) {
      steps.push({ s, y, curvature });
      if (steps.length > memory) {
        steps.shift();
      }
    }
    place = next;
    ({ value, gradient } = found);
  }
  return place;
}

function descentDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  let direction: Float64Array = gradient.map((component) => -component);
  const weights: number[] = [];
  for (const { s, y, curvature } of steps.toReversed()) {
    const weight = product(s, direction) / curvature;
    weights.push(weight);
    direction = moved(direction, y, -weight);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / product(last.y, last.y);
    direction = direction.map((component) => component * scale);
  }
  for (const { s, y, curvature } of steps) {
    const weight = weights.pop() ?? 0;
    direction = moved(direction, s, weight - product(y, direction) / curvature);
  }
  return direction;
}

/** Returns from + length × direction. */
function moved(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  return from.map((component, i) => component + length * direction[i]);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, component) => Math.max(most, Math.abs(component)), 0);
}
