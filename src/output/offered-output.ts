import type { ModelFacts, ModelFiles } from '../model/index.js';

/** An output of a graph, as a run gave it or as the file declares it. */
export interface OfferedOutput {
  readonly name: string;
  readonly isFloat: boolean;
  /** `text`: [batch, width]; `token`: [batch, tokens, width] */
  readonly per: 'text' | 'token' | 'something else';
  /** Undefined where the file leaves it open. */
  readonly width?: number;
  /** As people read it: "logits float32 [1, 2, 384]". */
  readonly description: string;
}

/** How the output of a model is chosen. */
export interface OutputChoice {
  readonly facts?: ModelFacts;
  /** The caller's choice. */
  readonly output?: string;
  /** The caller says how hidden states are pooled, so that those are wanted. */
  readonly poolsHidden?: boolean;
  /** What is wanted in place of an embedding. */
  readonly task?: ModelFiles['task'];
  /** Ids that the model knows, where that is known better than by its configuration. */
  readonly vocabularySize?: number;
}

export interface ChosenOutputs<Output extends OfferedOutput = OfferedOutput> {
  /** Hidden states of tokens. */
  readonly hidden?: Output;
  /** Vectors of texts; where there are none, the hidden states are pooled. */
  readonly pooled?: Output;
  /** Why these: "its name says hidden states". */
  readonly reason: string;
}
