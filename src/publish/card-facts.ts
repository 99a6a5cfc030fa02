import type { Evidence } from '../evaluate/index.js';
import type { ModelFiles } from '../model/index.js';

/** What a model card says. */
export interface CardFacts {
  /** "owner/name" on the hub. */
  readonly repository: string;
  /** The original's name on the hub. */
  readonly base: string;
  /** As the hub writes it: "apache-2.0". */
  readonly licence: string;
  readonly languages?: readonly string[];
  readonly variants: readonly { readonly variant: string; readonly evidence: Evidence }[];
  readonly head: ModelFiles['head'];
  /** Length of the vectors. */
  readonly width: number;
  readonly maxTokens: number;
  readonly prompts: Readonly<Record<string, string>>;
}
