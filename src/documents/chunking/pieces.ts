import type { Block } from '../document.js';

/** A part of a block that is not cut further, with the space behind it. */
export interface Piece {
  readonly block: Block;
  /** Where it lies in the block's text. */
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  /** Line breaks of the block before it. */
  readonly linesBefore: number;
}

/** Tokens of texts, special tokens not counted. */
export type CountTokens = (texts: readonly string[]) => Promise<ArrayLike<number>>;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** The segmenter takes time that grows faster than the text: longer stretches are divided at line breaks first. */
const mostCharacters = 8192;

/**
 * Cuts a block where its kind may be cut, prose at sentences and everything else at lines, and counts the tokens of its
 * pieces. A piece that alone is over the budget is cut between words, and a word that is, anywhere.
 */
export async function piecesOf(block: Block, budget: number, countTokens: CountTokens): Promise<Piece[]> {
  const ends = block.kind === 'prose' ? sentenceEnds(block.text) : lineEnds(block.text);
  let linesBefore = 0;
  return (await fitting(block.text, spansBetween(0, ends), budget, countTokens)).map((counted) => {
    const piece = { block, ...counted, linesBefore };
    linesBefore += lineBreaks(block.text, counted.start, counted.end);
    return piece;
  });
}

/** Counts the line breaks between two places of a text. */
export function lineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

type CountedSpan = Span & Pick<Piece, 'tokens'>;

/** Counts spans, and cuts those that are too long until none is. */
async function fitting(
  text: string,
  spans: readonly Span[],
  budget: number,
  countTokens: CountTokens,
): Promise<CountedSpan[]> {
  const counts = await countTokens(spans.map(({ start, end }) => text.slice(start, end)));
  const pieces = spans.map(async ({ start, end }, i): Promise<CountedSpan[]> => {
    const tokens = counts[i];
    if (tokens <= budget || end - start === 1) {
      return [{ start, end, tokens }];
    }
    // A little more parts than the average asks for: tokens are not spread evenly.
    const parts = Math.min(end - start, Math.ceil((tokens / budget) * 1.25) + 1);
    return fitting(text, wordSpans(text, start, end, parts), budget, countTokens);
  });
  return (await Promise.all(pieces)).flat();
}

function spansBetween(start: number, ends: readonly number[]): Span[] {
  return ends.map((end, i) => ({ start: i === 0 ? start : ends[i - 1], end }));
}

function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const end of text.length <= mostCharacters ? [text.length] : stretchEnds(text)) {
    for (const { index, segment } of sentences.segment(text.slice(start, end))) {
      ends.push(start + index + segment.length);
    }
    start = end;
  }
  return ends;
}

/** Stretches of a long text, each to the last line break or space that keeps it short enough. */
function stretchEnds(text: string): number[] {
  const ends: number[] = [];
  for (let start = 0; start < text.length; start = ends[ends.length - 1]) {
    const most = start + mostCharacters;
    ends.push(most >= text.length ? text.length : breakBefore(text, start, most));
  }
  return ends;
}

/**
 * Finds the place after the last line break, else the last space, between two places; returns the second of them if
 * there is none.
 */
function breakBefore(text: string, start: number, most: number): number {
  const lineBreak = text.lastIndexOf('\n', most - 1) + 1;
  const space = text.lastIndexOf(' ', most - 1) + 1;
  return lineBreak > start ? lineBreak : space > start ? space : wholeCharacter(text, start, most);
}

/** Moves a place so that it does not lie between the two halves of a character. */
function wholeCharacter(text: string, start: number, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit < 0xdc00 && at - 1 > start ? at - 1 : at;
}

function lineEnds(text: string): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1)) {
    ends.push(at + 1);
  }
  return [...ends, text.length];
}

/** Cuts a text into about equal parts, after a space where there is one near. */
function wordSpans(text: string, start: number, end: number, parts: number): Span[] {
  const size = Math.max(1, Math.ceil((end - start) / parts));
  const ends: number[] = [];
  for (let from = start; from < end; from = ends[ends.length - 1]) {
    const most = Math.min(end, from + size);
    const space = most === end ? end : text.lastIndexOf(' ', most - 1) + 1;
    ends.push(most === end || space > from + size / 2 ? space : wholeCharacter(text, from, most));
  }
  return spansBetween(start, ends);
}
