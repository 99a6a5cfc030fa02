import { counted } from '../../base/index.js';

/** What of an outcome one may have wanted otherwise. */
interface Counts {
  readonly texts: number;
  readonly truncated: number;
  readonly emptyLines: number;
  /** Lines that were not UTF-8. */
  readonly lossyLines: number;
}

/** Returns what is said of texts that were cut, changed or passed over, a sentence each. */
export function outcomeNotes(
  { texts, truncated, emptyLines, lossyLines }: Counts,
  { maxTokens, truncationSide }: { readonly maxTokens: number; readonly truncationSide?: 'left' | 'right' },
): string[] {
  const notes: string[] = [];
  if (lossyLines > 0) {
    notes.push(`${counted(lossyLines, 'line')} not UTF-8; U+FFFD stands for what is not`);
  }
  if (truncated > 0) {
    const part = truncationSide === 'left' ? 'end' : 'beginning';
    const are = truncated === 1 ? 'is' : 'are';
    notes.push(
      `${truncated} of ${counted(texts, 'text')} ${are} longer than ${maxTokens} tokens; only the ${part} counted`,
    );
  }
  if (emptyLines > 0) {
    notes.push(`${counted(emptyLines, 'empty line')} ${emptyLines === 1 ? 'was' : 'were'} passed over`);
  }
  return notes;
}
