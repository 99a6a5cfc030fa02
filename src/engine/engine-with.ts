import type { Engine } from './engine.js';

/** Gives an engine with some members replaced; all others are those of `engine`, which is closed with it. */
export function engineWith(
  engine: Engine,
  changes: Partial<Pick<Engine, 'description' | 'embed' | 'hiddenStates'>>,
): Engine {
  return {
    description: engine.description,
    width: engine.width,
    maxTokens: engine.maxTokens,
    embed: (batch, options) => engine.embed(batch, options),
    hiddenStates: (batch, options) => engine.hiddenStates(batch, options),
    close: () => engine.close(),
    [Symbol.asyncDispose]: () => engine.close(),
    ...changes,
  };
}
