import { reasonOf } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import { checkWritable, writeOutputFile } from '../files/index.js';
import { type HtmlReportOptions, htmlReport } from '../pages/index.js';
import { junitXml, markdownSection } from '../report/index.js';

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
 * Writes the reports that are asked for.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeReports(
  evidences: readonly Evidence[],
  flags: ReportFlags,
  options: HtmlReportOptions = {},
): Promise<void> {
  const reports: [string | undefined, () => string][] = [
    [flags.html, () => htmlReport(evidences, options)],
    [flags.markdown, () => markdownSection(evidences, options.unusable, options.alternatives)],
    [flags.junit, () => junitXml(evidences, options.unusable, options.alternatives)],
  ];
  for (const [path, make] of reports) {
    if (path !== undefined) {
      await writeOutputFile(path, make());
    }
  }
}

/**
 * Does the work that reports are to be written about. Where it fails they say so: what an earlier run wrote must not
 * be taken for the result of this one.
 *
 * @param name of what is measured, as a person would name it
 */
export async function orReportFailure<Result>(
  name: string,
  flags: ReportFlags,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Why the work failed is what is to be told, even where the reports cannot be written either.
    await writeReports([], flags, { unusable: [{ name, why: reasonOf(error) }] }).catch(() => undefined);
    throw error;
  }
}
