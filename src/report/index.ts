/**
 * Findings as people read them in a terminal, in Markdown and in CI, and the words that pages share with them.
 *
 * @module
 */

export { formatBytes, formatCount, formatDuration } from '../base/index.js';
export { alternativeName, alternativesTable, keptInWords, staticInWords } from './alternatives-table.js';
export { formatBatchOutcome } from './batch-outcome.js';
export {
  benchmarkHeader,
  benchmarkSections,
  formatBenchmark,
  milliseconds,
  spreadText,
} from './benchmark-text.js';
export { formatComparison } from './comparison-text.js';
export { formatConversion } from './conversion-text.js';
export { formatDiagnosis } from './diagnosis-text.js';
export { formatDistillation } from './distillation-text.js';
export { formatEvaluation, signed, taskName, withDeviation } from './evaluation-text.js';
export { conditions, formatEvidence, likelyReason } from './evidence-text.js';
export { formatInspection } from './inspection-text.js';
export { junitXml } from './junit.js';
export { markdownSection } from './markdown.js';
export { formatModel, formatModels } from './models-text.js';
export { formatPush } from './push-text.js';
export { formatQuantizeOutcome } from './quantize-outcome.js';
export { formatRankingEvidence, formatRerankerOutcome } from './ranking-evidence-text.js';
export { formatRanking } from './ranking-text.js';
export { formatContext, formatResults } from './search-results.js';
export { plainStyle, type Style, styleOf } from './style.js';
export { formatTable } from './text-table.js';
export { formatVariantTable, shortVariantNames, type VariantRow, variantRows } from './variant-table.js';
