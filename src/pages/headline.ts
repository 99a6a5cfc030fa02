import type { Evidence } from '../evaluate/index.js';
import { bySpeedThenSize } from '../evaluate/index.js';
import type { Alternative, UnusableVariant } from '../pipeline/index.js';
import { alternativeName, keptInWords, shortVariantNames } from '../report/index.js';
import { gainsInWords, gainsOf } from './gains.js';

/** The first words of a report. */
export interface Headline {
  /** What was won and lost, in one sentence for everybody. */
  readonly sentence: string;
  /** How that variant was chosen, or why none was. */
  readonly explanation: string;
  /** "4 of 5 variants pass" */
  readonly tally: string;
  readonly good: boolean;
}

/**
 * Chooses the variant that speaks for all: the fastest of those that passed or, where no speed was measured, the
 * smallest.
 */
export function headlineOf(
  evidences: readonly Evidence[],
  unusable: readonly UnusableVariant[],
  alternatives: readonly Alternative[] = [],
): Headline {
  if (evidences.length === 0 && unusable.length === 0 && alternatives.length > 0) {
    return ofAlternatives(alternatives);
  }
  const passed = evidences.filter(({ verdict }) => verdict?.passed !== false);
  const tally = tallyOf(passed.length, evidences, unusable);
  const lead = passed.toSorted(bySpeedThenSize)[0];
  if (lead === undefined) {
    return { ...nothingPassed(evidences, unusable), tally, good: false };
  }
  const name = shortVariantNames(evidences)[evidences.indexOf(lead)];
  const sentence = `${name} ${gainsInWords(gainsOf(lead))}.`;
  return { sentence, explanation: howChosen(lead, passed.length), tally, good: true };
}

/** Returns the headline for the best alternative in the first task. */
function ofAlternatives(alternatives: readonly Alternative[]): Headline {
  const passed = alternatives.filter(({ verdict }) => verdict?.passed !== false);
  const [lead] = passed.length > 0 ? passed : alternatives;
  const tally = `${passed.length} of ${alternatives.length} models pass`;
  const explanation = `It is of another kind than the original, and was judged by tasks.`;
  return {
    sentence: `${alternativeName(lead)} keeps ${keptInWords(lead)}.`,
    explanation,
    tally,
    good: passed.length > 0,
  };
}

function howChosen({ verdict, run }: Evidence, passed: number): string {
  if (passed > 1) {
    const best = run?.textsPerSecond === undefined ? 'smallest' : 'fastest';
    return `It is the ${best} of the ${passed} variants that are close enough to the original.`;
  }
  return verdict === undefined
    ? 'No gate was set, so closeness to the original was not judged.'
    : `It is close enough to the original to pass the quality gate "${verdict.gate}".`;
}

function nothingPassed(
  evidences: readonly Evidence[],
  unusable: readonly UnusableVariant[],
): Pick<Headline, 'sentence' | 'explanation'> {
  if (evidences.length === 0) {
    const sentence =
      unusable.length === 1 ? `${unusable[0].name} could not be measured.` : 'None of the variants could be measured.';
    return { sentence, explanation: 'The reasons are below.' };
  }
  if (evidences.length > 1) {
    return {
      sentence: `None of the ${evidences.length} variants is close enough to the original.`,
      explanation: 'Each card says what the quality gate found.',
    };
  }
  const [evidence] = evidences;
  const [name] = shortVariantNames(evidences);
  return {
    sentence: `${name} does not pass the quality gate "${evidence.verdict?.gate}".`,
    explanation: `It ${gainsInWords(gainsOf(evidence))}.`,
  };
}

function tallyOf(passed: number, evidences: readonly Evidence[], unusable: readonly UnusableVariant[]): string {
  const total = evidences.length + unusable.length;
  if (total === 1) {
    return passed === 1 ? 'Pass' : unusable.length === 1 ? 'Not measured' : 'Fail';
  }
  const failed = unusable.length === 0 ? '' : `, ${unusable.length} cannot run`;
  return `${passed} of ${total} variants pass${failed}`;
}
