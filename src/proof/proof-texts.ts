import { verificationTexts } from '../evaluate/index.js';
import { evenlySpaced } from '../numbers/index.js';

/** The texts that original and candidates embed. */
export interface ProofTexts {
  readonly texts: readonly string[];
  /** As a person would name them. */
  readonly source: string;
}

/** Returns the texts that a proof goes by: those that were given, else octavec's. */
export async function proofTextsOf(given: ProofTexts | undefined): Promise<ProofTexts> {
  return given ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
}

/** Texts of a speed round: enough for every length, few enough that a round takes seconds. */
const speedTextCount = 64;

/** Returns the texts that speed is measured with, from all over the list. */
export function speedTexts({ texts }: ProofTexts): string[] {
  return evenlySpaced(texts.length, speedTextCount).map((i) => texts[i]);
}
