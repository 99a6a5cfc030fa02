import { counted, printable } from '../base/index.js';
import type { Diagnosis, Finding } from '../doctor/index.js';
import { quoted } from './shell-words.js';
import { type Style, styleOf } from './style.js';
import { wrapped } from './wrap.js';

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], problem: ['red', '✗'] } as const;

/** Formats findings one below the other, each with what to do, then their sum and the next command. */
export function formatDiagnosis(diagnosis: Diagnosis, style: Style = styleOf(process.stdout)): string {
  const { findings, usable } = diagnosis;
  const bad = findings.filter(({ status }) => status === 'problem').length;
  const warnings = findings.filter(({ status }) => status === 'warning').length;
  const counts = [
    ...(bad > 0 ? [counted(bad, 'problem')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  const sum = usable
    ? `octavec works here${counts.length > 0 ? `, with ${counts.join(' and ')}` : '; nothing is wrong'}.`
    : 'octavec cannot work here before this is put right.';
  return [
    ...findings.map((finding) => formatFinding(finding, style)),
    `\n${style.paint('bold', sum)}\n`,
    usable ? nextStep(diagnosis, style) : '',
  ].join('');
}

function formatFinding({ status, found, advice }: Finding, style: Style): string {
  const [colour, mark] = marks[status];
  const width = Math.min(style.columns, 120) - 4;
  const lines = wrapped(printable(found), width).map(
    (line, i) => `${i === 0 ? style.paint(colour, mark) : ' '} ${line}\n`,
  );
  const todo = advice === undefined ? [] : wrapped(printable(advice), width - 2);
  return [...lines, ...todo.map((line, i) => `  ${i === 0 ? '→' : ' '} ${line}\n`)].join('');
}

function nextStep({ model }: Diagnosis, style: Style): string {
  const given = model === undefined || model === 'all-MiniLM-L6-v2' ? '<model folder or .onnx file>' : quoted(model);
  return `\nNext:\n  npx ${style.paint('cyan', 'octavec bench')} ${given}\n`;
}
