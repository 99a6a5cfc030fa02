import { verificationTexts } from '../evaluate/index.js';
import type { ProofTexts } from './prove.js';
import type { VariantOptions } from './quantize-options.js';

/** The texts that variants are proven with: those that were given, else octavec's. */
export async function proofTextsOf({ texts }: Pick<VariantOptions, 'texts'>): Promise<ProofTexts> {
  return texts ?? { texts: await verificationTexts(), source: "octavec's verification texts" };
}
