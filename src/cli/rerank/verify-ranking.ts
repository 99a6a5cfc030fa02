import { OctavecError } from '../../base/index.js';
import { failuresAsText, type GateChoice } from '../../evaluate/index.js';
import { type ModelOverrides, overridesOf } from '../../model/index.js';
import { type VerifyRerankerOptions, verifyReranker } from '../../pipeline/index.js';
import { formatRankingEvidence } from '../../report/index.js';
import { readPairs } from '../../texts/index.js';
import type { ConfigurableFlags } from '../configured.js';
import { interruptSignal } from '../interrupt.js';
import { progressLine } from '../progress-line.js';
import type { ReportFlags } from '../write-reports.js';

interface Flags extends ModelOverrides, ReportFlags, Pick<ConfigurableFlags, 'texts' | 'task'> {
  readonly bench?: boolean;
  readonly json?: boolean;
}

/** Verifies rerankers, which are compared by how they rank. */
export async function verifyRanking(
  candidate: string,
  against: string,
  flags: Flags,
  settings: GateChoice & Partial<Pick<VerifyRerankerOptions, 'engine' | 'threads'>>,
): Promise<void> {
  refuseVectorFlags(flags);
  const { tokenizer, maxTokens, output } = overridesOf(flags);
  const { gate, limits, limitsWhereMeasured, engine, threads } = settings;
  const queries = flags.texts === undefined ? undefined : await readPairs(flags.texts);
  const line = progressLine();
  const evidence = await verifyReranker(candidate, {
    ...{ against, gate, limits, limitsWhereMeasured, engine, threads, tokenizer, maxTokens, output, queries },
    onProgress: line.onProgress,
    signal: interruptSignal(),
  }).finally(line.done);
  process.stdout.write(flags.json ? `${JSON.stringify(evidence)}\n` : formatRankingEvidence(evidence));
  if (evidence.verdict?.passed === false) {
    throw new OctavecError('GATE_REFUSED', { path: candidate, failures: failuresAsText(evidence.verdict) });
  }
}

/**
 * Refuses flags that rerankers do not have.
 *
 * @throws USAGE for flags that say how vectors are compared
 */
function refuseVectorFlags({ task, bench, html, markdown, junit }: Flags): void {
  const given = Object.entries({ task, bench, html, markdown, junit }).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    throw new OctavecError('USAGE', {
      problem: `\`${given[0]}\` is for models that make vectors, and this one scores pairs of texts`,
      hint: 'Leave it out.',
    });
  }
}
