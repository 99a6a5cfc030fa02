import { visibleLength } from './style.js';

/** Breaks a text into lines that are no longer than a width, between words; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleLength(line) + 1 + visibleLength(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Cuts a text to so many columns of a terminal; "…" stands for what is left out. */
export function cutToColumns(text: string, columns: number): string {
  if (visibleLength(text) <= columns) {
    return text;
  }
  let shown = '';
  let left = Math.max(1, columns - 1);
  // What a reader takes for one character is not cut apart.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= visibleLength(segment);
    if (left < 0) {
      break;
    }
    shown += segment;
  }
  return `${shown}…`;
}
