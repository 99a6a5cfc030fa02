import type { Evidence } from '../evaluate/index.js';
import type { Alternative, UnusableVariant } from '../pipeline/index.js';

/**
 * Writes verdicts as JUnit XML, which CI systems show as test results: a suite for each candidate, with a case for its
 * gate that fails with all reasons, and is an error where the candidate could not be measured. What is not decided
 * stands in its output.
 */
export function junitXml(
  evidences: readonly Evidence[],
  unusable: readonly UnusableVariant[] = [],
  alternatives: readonly Alternative[] = [],
): string {
  const judged = [...evidences, ...alternatives];
  const suites = [...judged.map(judgedSuite), ...unusable.map(errorSuite)];
  const failed = judged.filter(({ verdict }) => verdict?.passed === false).length;
  const counts = `tests="${suites.length}" failures="${failed}" errors="${unusable.length}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="octavec" ${counts}>\n${suites.join('')}</testsuites>\n`;
}

function judgedSuite({ file, verdict }: Pick<Evidence, 'file' | 'verdict'>): string {
  const failures = verdict?.failures ?? [];
  const reasons = failures
    .map(({ metric, message }) => `      <failure type="${escaped(metric)}" message="${escaped(message)}"/>\n`)
    .join('');
  const notes = (verdict?.undecided ?? []).map(({ message }) => `${escaped(message)}\n`).join('');
  const inside = reasons + (notes === '' ? '' : `      <system-out>${notes}</system-out>\n`);
  return suite(file.name, `passes the gate ${verdict?.gate ?? 'none'}`, [failures.length > 0 ? 1 : 0, 0], inside);
}

function errorSuite({ name, why }: UnusableVariant): string {
  return suite(name, 'passes its gate', [0, 1], `      <error message="${escaped(why)}"/>\n`);
}

function suite(
  name: string,
  expectation: string,
  [failures, errors]: readonly [number, number],
  inside: string,
): string {
  const counts = `tests="1" failures="${failures}" errors="${errors}" skipped="0"`;
  const end = inside === '' ? '/>\n' : `>\n${inside}    </testcase>\n`;
  return (
    `  <testsuite name="${escaped(name)}" ${counts}>\n` +
    `    <testcase classname="octavec.gate" name="${escaped(`${name} ${expectation}`)}"${end}` +
    '  </testsuite>\n'
  );
}

/** Escapes text for XML; control characters, which XML cannot hold, are left out. */
function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"']/g, (mark) => entities[mark])
  );
}
