import { basename, dirname, join } from 'node:path';
import { checkOptions, type Location, maybePathOf, OctavecError, pathOf } from '../../base/index.js';
import { emptyMemory } from '../../calibration/index.js';
import { evidencePath, type GateChoice, type RankingEvidence, rankingGates } from '../../evaluate/index.js';
import { checkWritable, textsHash, writeOutputFile } from '../../files/index.js';
import type { MethodName } from '../../methods/index.js';
import type { ModelFiles } from '../../model/index.js';
import { optimize } from '../../passes/index.js';
import { openOriginal } from '../../proof/index.js';
import { checkQuantizable, selectParts } from '../../quantize/index.js';
import { type QueryTexts, tokenizePairsOnce } from '../../rerank/index.js';
import { checkedMethods } from '../check-options.js';
import { stageConfiguration } from '../configuration.js';
import { quantizeRerankerOptionChecks } from '../option-checks.js';
import { outputPaths } from '../output-paths.js';
import { modelOverrides, type QuantizeOptions, type QuantizeRerankerOptions } from '../quantize-options.js';
import type { QuantizeOutcome, VariantOutcome } from '../quantize-outcome.js';
import { asCandidate, attempt, makeCandidate, type StagedCandidate, type Work } from '../staged-candidate.js';
import { Steps } from '../steps.js';
import { openRankingProof, proveRanking, type RankingProof } from './prove-ranking.js';
import { ownRankingTexts, rankingTexts } from './ranking-texts.js';

/** What became of one variant of a reranker. */
export interface RerankerVariant extends Pick<VariantOutcome, 'path' | 'published' | 'notes' | 'seconds'> {
  /** Name of the method. */
  readonly method: MethodName;
  /** What was measured, and the verdict. */
  readonly evidence: RankingEvidence;
}

/** The variants that `quantizeReranker` made, and what it measured. */
export interface RerankerOutcome extends Omit<QuantizeOutcome, 'variants' | 'originalRun' | 'choice'> {
  /** The variants that were made. */
  readonly variants: readonly RerankerVariant[];
}

/**
 * Quantizes a cross-encoder as `quantize` does an embedding model. Variants are proven by their scores, and by the
 * order in which they put the texts of a query. `auto`, calibration tables, texts of your own and measuring speed are
 * not available for it.
 *
 * @throws as `quantize`
 * @example
 * ```ts
 * const { variants } = await quantizeReranker('./bge-reranker-base', { to: ['int8'] });
 * console.log(variants[0].published, variants[0].evidence.ranking.spearman.mean);
 * ```
 */
export async function quantizeReranker(model: Location, options: QuantizeRerankerOptions): Promise<RerankerOutcome> {
  checkOptions(options, quantizeRerankerOptionChecks);
  const start = performance.now();
  const path = pathOf('model', model);
  const to = checkedMethods(options);
  refuseForeign(options);
  const steps = new Steps(to.length + 1, options.onProgress);
  const { selection = {}, threads, signal, force = false } = options;
  const output = maybePathOf('output', options.output);
  const gates = gatesOf(options);
  const task = { signal, onProgress: steps.onProgress };
  await using original = await openOriginal(path, { ...modelOverrides(options), task: 'rerank' });
  const source = options.optimize === false ? original.model : optimize(original.model);
  checkQuantizable(original.model);
  selectParts(source, selection);
  const place = { path, files: original.files };
  const paths = await outputPaths(
    place,
    to.map(({ variant }) => variant),
    output,
  );
  for (const target of paths) {
    await checkWritable(target);
  }
  const configuration = await stageConfiguration(place, output);
  const work: Work = { candidates: [], failures: [] };
  const variants: RerankerVariant[] = [];
  try {
    const proof = await openRankingProof(original, await rankingTexts(options.queries, original.files), {
      threads,
      ...task,
    });
    const calibration = options.calibration === false ? undefined : await calibrationOf(original.files);
    const hashes = calibration && { calibration: calibration.hash, search: calibration.hash };
    const wishes = { selection, optimize: options.optimize !== false, gates, hashes };
    for (const [i, method] of to.entries()) {
      steps.next();
      await attempt(work, { method, path: paths[i] }, async () => {
        const trial = { original, target: paths[i], texts: calibration, gate: method.gateFor(gates), threads };
        const made = await makeCandidate(original, source, method, paths[i], {
          ...{ calibration, selection, task, trial, wishes },
        });
        work.candidates.push(made);
        variants.push(await proveAndPublish(proof, made, { force, threads, ...task }));
      });
    }
    if (variants.length === 0) {
      throw work.failures[0].error;
    }
    if (variants.some(({ published }) => published)) {
      await configuration?.publish();
    }
    const seconds = (performance.now() - start) / 1000;
    return {
      variants,
      original: original.identity,
      originalPath: original.files.onnxPath,
      failures: work.failures,
      seconds,
    };
  } finally {
    for (const { staged } of work.candidates.toReversed()) {
      await staged.discard();
    }
    await configuration?.discard();
  }
}

async function proveAndPublish(
  proof: RankingProof,
  made: StagedCandidate,
  { force, ...options }: { readonly force: boolean } & Parameters<typeof proveRanking>[3],
): Promise<RerankerVariant> {
  const candidate = await asCandidate(proof.original, made);
  const evidence = await proveRanking(proof, candidate, made.gate, options);
  const published = force || evidence.verdict?.passed === true;
  if (published) {
    const evidenceFile = join(dirname(made.staged.path), basename(evidencePath(made.path)));
    await writeOutputFile(evidenceFile, `${JSON.stringify(evidence, null, 2)}\n`);
    await made.staged.publish([evidenceFile]);
  }
  const { method, path, notes, seconds } = made;
  return { method: method.id, path, published, evidence, notes, seconds };
}

async function calibrationOf(files: ModelFiles) {
  const { queries } = await ownRankingTexts('calibration', files);
  const texts = queries.flatMap(({ query, texts: own }: QueryTexts) => own.map((text) => `${query}\n${text}`));
  return { tokens: await tokenizePairsOnce(files, queries), hash: textsHash(texts), memory: emptyMemory() };
}

/** Gates by their names are those of rerankers; own limits count on top of them. */
export function gatesOf({ gate, limits, limitsWhereMeasured }: GateChoice): GateChoice {
  const named = Object.entries(rankingGates).find(([name]) => name === gate?.name)?.[1];
  return { gate: named ?? gate, limits, limitsWhereMeasured, presets: rankingGates };
}

/**
 * Refuses options that rerankers do not have.
 *
 * @throws USAGE for options that mean nothing here
 */
function refuseForeign({ to, texts, calibration, calibrationTable, bench, maxSize }: QuantizeOptions): void {
  const names = to.map((method) => (typeof method === 'string' ? method : method.id));
  const foreign = [
    names.includes('auto') && '`to: auto`',
    texts !== undefined && '`texts`',
    calibration && '`calibration`',
    calibrationTable !== undefined && '`calibrationTable`',
    bench && '`bench`',
    maxSize !== undefined && '`maxSize`',
  ].filter((option) => typeof option === 'string');
  if (foreign.length > 0) {
    throw new OctavecError('USAGE', {
      problem: `${foreign.join(', ')} is for models that make vectors, and this one scores pairs of texts`,
      hint: 'Leave it out.',
    });
  }
}
