import { formatBytes, formatCount, formatDuration } from '../base/index.js';
import type { Distillation } from '../distill/index.js';
import { quoted } from './shell-words.js';

/** Formats what was distilled, how near it comes to its teacher, and what it is good for. */
export function formatDistillation(distillation: Distillation): string {
  const { folder, teacher, teacherPath, tokens, dimensions, precision, bytes, tuning, seconds } = distillation;
  const lines = [
    `${folder}: a static model of ${teacher}`,
    `  table    ${formatCount(tokens)} tokens × ${dimensions} dimensions, ${precision}, ${formatBytes(bytes)}`,
    ...(tuning === undefined ? ['  tuning   none: distilled from the vocabulary alone'] : tuningLines(tuning)),
    `  time     ${formatDuration(seconds)}`,
    '',
    'It averages vectors of words: for searching, sorting and grouping by topic, dozens of times as fast as its teacher. It',
    'does not see the order of words, negation, or what a word means in its sentence.',
    'Next:',
    `  octavec compare ${quoted(teacherPath)} ${quoted(folder)}`,
    `  octavec embed ${quoted(folder)} "hello world"`,
  ];
  return `${lines.join('\n')}\n`;
}

function tuningLines({ texts, source, heldOut, ridge }: NonNullable<Distillation['tuning']>): string[] {
  const whose = source === 'embedded' ? "octavec's own texts; texts of your own (--texts) do better" : 'given texts';
  const lines = [`  tuning   ${formatCount(texts)} pieces of ${whose}; ridge ${ridge}`];
  if (heldOut === undefined) {
    return [...lines, '  held out nothing: the texts are too few'];
  }
  const { before, after } = heldOut;
  const change = (a: number, b: number) => `${a.toFixed(3)} → ${b.toFixed(3)}`;
  return [
    ...lines,
    `  held out ${formatCount(after.texts)} texts: rank correlation with the teacher's similarities ${change(before.spearman, after.spearman)}, same ten neighbours ${change(before.topKOverlap, after.topKOverlap)}`,
  ];
}
