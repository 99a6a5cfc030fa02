import type { ModelFiles } from '../../model/index.js';
import { evenlySpaced } from '../../numbers/index.js';
import type { QueryTexts } from '../../rerank/index.js';
import { type RetrievalTask, readTask } from '../../tasks/index.js';

/** What rerankers are proven and calibrated with: queries of one's own, or octavec's from its small copy of SciFact. */
export interface RankingTexts {
  readonly queries: readonly QueryTexts[];
  /** As a person would name them. */
  readonly source: string;
}

/** Queries for each use. */
const queryCounts = { proof: 20, calibration: 10 };

/** A query's texts: those that answer it, those that share most words with it, and others. */
const textsPerQuery = 12;
const nearTexts = 6;
/** About 120 tokens: what search results are like. */
const charactersOfText = 500;

/**
 * Claims with abstracts that bear on them, abstracts that share words with them, and others, so that there is something to
 * tell apart. Calibration gets other claims than the proof. A claim takes half of what the model reads at most.
 */
export async function ownRankingTexts(
  use: keyof typeof queryCounts,
  { maxTokens }: Pick<ModelFiles, 'maxTokens'>,
): Promise<RankingTexts> {
  const task = (await readTask('scifact-mini')) as RetrievalTask;
  const documents: { readonly id: string; readonly text: string; readonly words: ReadonlySet<string> }[] = [];
  for await (const { id, text } of task.corpus.read()) {
    documents.push({ id, text: text.slice(0, charactersOfText), words: wordsOf(text) });
  }
  const half = task.queries.filter((_, i) => i % 2 === (use === 'proof' ? 0 : 1));
  const queries = evenlySpaced(half.length, queryCounts[use]).map((i): QueryTexts => {
    const { id, text } = half[i];
    const query = text.slice(0, maxTokens / 2);
    const words = wordsOf(query);
    const shared = (document: (typeof documents)[number]) =>
      [...words].filter((word) => document.words.has(word)).length;
    const judged = task.judgements.get(id);
    const relevant = documents.filter((document) => judged?.has(document.id));
    const near = documents.filter((document) => !judged?.has(document.id)).sort((a, b) => shared(b) - shared(a));
    const others = evenlySpaced(near.length - nearTexts, textsPerQuery).map((place) => near[nearTexts + place]);
    const chosen = [...relevant, ...near.slice(0, nearTexts), ...others].slice(0, textsPerQuery);
    return { query, texts: chosen.map(({ text }) => text) };
  });
  return { queries, source: "octavec's claims and abstracts" };
}

/** Returns queries of one's own as what to prove with, or octavec's where there are none. */
export async function rankingTexts(
  queries: readonly QueryTexts[] | undefined,
  files: Pick<ModelFiles, 'maxTokens'>,
): Promise<RankingTexts> {
  return queries === undefined ? ownRankingTexts('proof', files) : { queries, source: 'own queries' };
}

/** Returns the words of more than three letters; shorter ones say nothing about a text's subject. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
}
