import type { Evidence } from '../evaluate/index.js';

/**
 * Verdicts as JUnit XML, which CI systems show as test results: a suite for each candidate, a case for its gate that
 * fails with all reasons. What is not decided stands in its output.
 */
export function junitXml(evidences: readonly Evidence[]): string {
  const suites = evidences.map(({ file, verdict }) => {
    const failures = verdict?.failures ?? [];
    const reasons = failures
      .map(({ metric, message }) => `      <failure type="${escaped(metric)}" message="${escaped(message)}"/>\n`)
      .join('');
    const notes = (verdict?.undecided ?? []).map(({ message }) => `${escaped(message)}\n`).join('');
    const inside = reasons + (notes === '' ? '' : `      <system-out>${notes}</system-out>\n`);
    const name = escaped(file.name);
    return (
      `  <testsuite name="${name}" tests="1" failures="${failures.length > 0 ? 1 : 0}" errors="0" skipped="0">\n` +
      `    <testcase classname="octavec.gate" name="${name} passes the gate ${escaped(verdict?.gate ?? 'none')}"${
        inside === '' ? '/>\n' : `>\n${inside}    </testcase>\n`
      }` +
      '  </testsuite>\n'
    );
  });
  const failed = evidences.filter(({ verdict }) => verdict?.passed === false).length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="octavec" tests="${evidences.length}" failures="${failed}">\n${suites.join('')}</testsuites>\n`;
}

/** Text that may stand in XML, control characters (which XML cannot hold) left out. */
function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"']/g, (mark) => entities[mark])
  );
}
