import { join } from 'node:path';
import { type Configuration, readConfiguration } from '../config/index.js';
import { configuredHub } from '../configured/index.js';
import type { EngineChoice } from '../engine/index.js';
import type { GateChoice, Limits } from '../evaluate/index.js';
import { configuredPresets, gateNamed } from '../evaluate/index.js';
import type { HubSettings } from '../hub/index.js';

/** Flags that a configuration can stand in for. */
export interface ConfigurableFlags {
  readonly config?: string;
  readonly threads?: number;
  readonly engine?: EngineChoice;
  /** false by --no-cache */
  readonly cache?: string | false;
  readonly texts?: string;
  readonly task?: readonly string[];
  readonly gate?: string;
  readonly limit?: Limits;
  readonly offline?: boolean;
}

/** Flags and configuration in one; what a flag says wins. */
export interface Settings extends Pick<Configuration, 'texts' | 'calibration' | 'to' | 'methods'> {
  /** Tasks to evaluate, by name or path. */
  readonly tasks?: readonly string[];
  /** For everything that runs models. */
  readonly run: { readonly threads?: number; readonly engine?: EngineChoice };
  /** Where vectors are kept; false: nowhere. */
  readonly cache?: string | false;
  /** The gate that variants are judged by, and limits that override it. */
  readonly gates: GateChoice;
  /** Where models and data sets are fetched from. */
  readonly hub: HubSettings;
  /** Template for names of variants' files. */
  readonly names?: string;
}

/**
 * Merges flags with the configuration.
 *
 * @throws SETTINGS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE, USAGE for a gate that nobody knows
 */
export async function settingsOf(flags: ConfigurableFlags): Promise<Settings> {
  const configuration = await readConfiguration({ file: flags.config });
  const gate = flags.gate ?? configuration.gate;
  const cache = flags.cache ?? configuration.cache;
  return {
    run: { threads: flags.threads ?? configuration.threads, engine: flags.engine ?? configuration.engine },
    cache: typeof cache === 'string' ? join(cache, 'embeddings') : cache,
    texts: flags.texts ?? configuration.texts,
    calibration: configuration.calibration,
    tasks: flags.task ?? configuration.tasks,
    to: configuration.to,
    methods: configuration.methods,
    hub: await configuredHub(configuration, flags),
    names: configuration.models?.names,
    gates: {
      gate: gate === undefined ? undefined : gateNamed(gate, configuration),
      limits: flags.limit,
      limitsWhereMeasured: configuration.limits,
      presets: configuredPresets(configuration),
    },
  };
}
