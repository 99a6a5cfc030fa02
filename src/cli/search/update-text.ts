import { counted, formatBytes, formatCount, printable } from '../../base/index.js';
import type { SkippedFile, UpdateOutcome } from '../../search/index.js';
import type { StoreFacts } from '../../store/index.js';

/** Formats what an update has done, and what the index holds now. */
export function formatUpdate(
  outcome: UpdateOutcome,
  path: string,
  { documents, chunks, bytes = 0 }: StoreFacts,
): string {
  const size = `${plural(documents, 'document')}, ${plural(chunks, 'chunk')}, ${formatBytes(bytes)}`;
  return `${describe(outcome)}\n${path}: ${size}\n`;
}

/** Writes a count with its noun: "1 document", "5,183 documents". */
function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Describes an update: "12 added, 1 updated, 3 unchanged, 0 removed; 2 files passed over: …". */
function describe({ added, updated, unchanged, removed, skipped }: UpdateOutcome): string {
  const counts = `${added} added, ${updated} updated, ${unchanged} unchanged, ${removed} removed`;
  return skipped.length === 0
    ? counts
    : `${counts}; ${counted(skipped.length, 'file')} passed over:\n${reasons(skipped)}`;
}

/** Lists reasons with how often they occurred and an example each, the most frequent first. */
function reasons(skipped: readonly SkippedFile[]): string {
  const groups = new Map<string, SkippedFile[]>();
  for (const file of skipped) {
    groups.set(file.reason, [...(groups.get(file.reason) ?? []), file]);
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return sorted
    .map(([reason, [first, ...others]]) => {
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      return `  ${others.length + 1} × ${printable(reason)}: ${printable(first.path)}${more}`;
    })
    .join('\n');
}
