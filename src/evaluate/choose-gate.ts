import { type Gate, type Limits, withLimits } from './gate.js';
import { type GatePresetName, gatePresets } from './gate-presets.js';

/** Which gate candidates are judged by. */
export interface GateChoice {
  /** For all; by default the gate of each one's precision. */
  readonly gate?: Gate;
  /** In place of, or besides, the gate's. */
  readonly limits?: Limits;
  /** The same, but held only against what was measured. */
  readonly limitsWhereMeasured?: Limits;
  /** Gates that take the place of octavec's own for a precision. */
  readonly presets?: Readonly<Partial<Record<GatePresetName, Gate>>>;
}

/**
 * Chooses the gate that a candidate is judged by.
 *
 * @param usual the gate of the candidate's precision
 */
export function chooseGate(usual: GatePresetName, choice: GateChoice): Gate {
  const { gate, limits, limitsWhereMeasured, presets } = choice;
  return withLimits(gate ?? presets?.[usual] ?? gatePresets[usual], limits, limitsWhereMeasured);
}
