/**
 * Proof: what a candidate is worth beside its original. Open a proof for an original, prove candidates, measure their
 * speed, judge them.
 *
 * @module
 */
export { type Alternative, otherKindThan, proveAlternative } from './alternative.js';
export { type Candidate, type CandidateOptions, openCandidate } from './candidate.js';
export { conventionsHash, fileIdentity, shortName } from './identity.js';
export { type Original, openOriginal } from './original.js';
export { openProof, type Proof, type ProofOptions, prove } from './proof.js';
export { type ProofTexts, proofTextsOf } from './proof-texts.js';
export { asksForSpeed, measureSpeed, measureSpeeds, type Proven, withRuns } from './speed.js';
export {
  compareOnOldIndex,
  compareTasks,
  compareTwoPasses,
  evaluateCandidate,
  evaluateOriginal,
  type TaskRun,
} from './tasks.js';
export { openVectorCache, type VectorCacheOptions } from './vector-cache.js';
export { alternativeGate, fileGate, judged } from './verdict.js';
