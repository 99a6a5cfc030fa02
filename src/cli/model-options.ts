import { type Command, Option } from 'commander';
import { type ModelOverrides, poolingModes } from '../model/index.js';
import { positiveInteger } from './options.js';

/** Flags that say of a model what its folder does not say, or says wrongly. */
export interface ModelFlags extends ModelOverrides {
  /** Use what is on this machine, and never the network. */
  readonly offline?: boolean;
}
export type PoolingFlags = Omit<ModelOverrides, 'output'>;

/** Picks these flags among others. */
export function poolingFlags({ tokenizer, pooling, normalize, maxTokens }: PoolingFlags): PoolingFlags {
  return { tokenizer, pooling, normalize, maxTokens };
}

/** Adds them, and --tokenizer with them. */
export function addModelOptions(command: Command): Command {
  return addPoolingOptions(command)
    .option(
      '--output <name>',
      "the graph's output to take: hidden states, or vectors (default: by name, shape and configuration)",
    )
    .option('--offline', 'use what is on this machine, and never the network');
}

/** Adds the same options to commands whose own --output is a path. */
export function addPoolingOptions(command: Command): Command {
  return command
    .option('--tokenizer <path>', 'tokenizer.json or its folder, if the model has none')
    .addOption(
      new Option('--pooling <mode>', "how hidden states become a vector (default: the model's own)").choices(
        poolingModes,
      ),
    )
    .option('--normalize', "scale vectors to length 1 (default: as the model's own configuration says)")
    .option('--no-normalize', 'do not scale them')
    .option('--max-tokens <n>', "longest input in tokens (default: the model's own)", positiveInteger);
}
