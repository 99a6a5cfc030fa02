import { writeOutputFile } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import { checkWritable } from '../pipeline/index.js';
import { type HtmlReportOptions, htmlReport, junitXml, markdownSection } from '../report/index.js';

/** Files that findings are written to. */
export interface ReportFlags {
  readonly html?: string;
  readonly markdown?: string;
  readonly junit?: string;
}

/**
 * Finds out before the long work whether the reports can be written after it.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function checkReports({ html, markdown, junit }: ReportFlags): Promise<void> {
  for (const path of [html, markdown, junit]) {
    if (path !== undefined) {
      await checkWritable(path);
    }
  }
}

/**
 * Writes the reports that are asked for; none where nothing was measured.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeReports(
  evidences: readonly Evidence[],
  flags: ReportFlags,
  options: HtmlReportOptions = {},
): Promise<void> {
  if (evidences.length === 0) {
    return;
  }
  const reports: [string | undefined, () => string][] = [
    [flags.html, () => htmlReport(evidences, options)],
    [flags.markdown, () => markdownSection(evidences)],
    [flags.junit, () => junitXml(evidences)],
  ];
  for (const [path, make] of reports) {
    if (path !== undefined) {
      await writeOutputFile(path, make());
    }
  }
}
