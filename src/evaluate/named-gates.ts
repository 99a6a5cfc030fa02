import { keysOf, OctavecError } from '../base/index.js';
import { type Gate, type Limits, withLimits } from './gate.js';
import { type GatePresetName, gatePresets } from './gate-presets.js';

/** Gates of a user's own by their names, as a configuration has them. */
export interface OwnGates {
  readonly gates?: Readonly<Record<string, Limits & { readonly like?: string }>>;
}

const presetNames = keysOf(gatePresets);

/** What every gate asks for, whatever else it does. */
const soundness: Gate = { name: '', limits: { nonFinite: 0, lostLength: 0 }, limitsWhereMeasured: {} };

/**
 * Finds a gate by its name: one of the configuration's, else a preset. A gate of the configuration starts from the one that
 * it is `like`: a preset's namesake from the preset, any other from soundness alone.
 *
 * @throws USAGE for a name that nobody knows, SETTINGS_INVALID for gates that are like each other
 *
 * @example
 * ```ts
 * const gate = gateNamed('strict', await readConfiguration());
 * await verify('model_int8.onnx', { against: './model', gate });
 * ```
 */
export function gateNamed(name: string, configuration: OwnGates, trail: readonly string[] = []): Gate {
  const { gates = {} } = configuration;
  const preset = Object.hasOwn(gatePresets, name) ? gatePresets[name as GatePresetName] : undefined;
  if (!Object.hasOwn(gates, name)) {
    return preset ?? unknownGate(name, gates);
  }
  const { like, ...limits } = gates[name];
  if (trail.includes(name)) {
    const why = `the gates ${[...trail, name].join(' → ')} are like each other`;
    throw new OctavecError('SETTINGS_INVALID', { source: 'The configuration', why });
  }
  const start =
    like === undefined || like === name ? (preset ?? soundness) : gateNamed(like, configuration, [...trail, name]);
  return { ...withLimits(start, {}, limits), name };
}

/** Returns the presets that the configuration changes. */
export function configuredPresets(configuration: OwnGates): Partial<Record<GatePresetName, Gate>> {
  const changed = presetNames.filter((name) => Object.hasOwn(configuration.gates ?? {}, name));
  return Object.fromEntries(changed.map((name) => [name, gateNamed(name, configuration)]));
}

function unknownGate(name: string, gates: object): never {
  const known = [...new Set([...presetNames, ...Object.keys(gates)])].join(', ');
  throw new OctavecError('USAGE', { problem: `"${name}" is not a gate`, hint: `Known: ${known}.` });
}
