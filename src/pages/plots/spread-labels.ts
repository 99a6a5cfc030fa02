/** Texts on one line: where each would like to have its middle, and how wide it is. */
export interface LineLabel {
  readonly middle: number;
  readonly width: number;
}

const gap = 5;

/**
 * Returns centres of labels that do not cover each other, in their order from left to right and as near to their wishes
 * as the line allows.
 *
 * @param labels by ascending middle, together no wider than the line
 */
export function spreadLabels(labels: readonly LineLabel[], left: number, right: number): number[] {
  const middles: number[] = [];
  let free = left;
  for (const { middle, width } of labels) {
    const at = Math.max(middle, free + width / 2);
    middles.push(at);
    free = at + width / 2 + gap;
  }
  let end = right;
  for (const [i, { width }] of [...labels.entries()].reverse()) {
    middles[i] = Math.min(middles[i], end - width / 2);
    end = middles[i] - width / 2 - gap;
  }
  return middles;
}
