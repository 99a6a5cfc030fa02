import { verificationTexts } from '../evaluate/index.js';

/** The texts that original and candidates embed. */
export interface ProofTexts {
  readonly texts: readonly string[];
  /** As a person would name them. */
  readonly source: string;
}

/** The texts that a proof goes by: those that were given, else octavec's. */
export async function proofTextsOf(given: ProofTexts | undefined): Promise<ProofTexts> {
  return given ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
}

/** Texts of a speed round: enough for every length, few enough that a round takes seconds. */
const speedTextCount = 64;

/** The texts that speed is measured with, from all over the list. */
export function speedTexts({ texts }: ProofTexts): string[] {
  return evenlyChosen(texts, speedTextCount);
}

/** `count` of the items, from all over the list. */
export function evenlyChosen<Item>(items: readonly Item[], count: number): Item[] {
  const step = Math.max(1, items.length / count);
  return items.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)).slice(0, count);
}
