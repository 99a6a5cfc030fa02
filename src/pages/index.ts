/**
 * Findings as HTML pages with pictures. A page is one file that needs no network and no script.
 *
 * @module
 */

export { benchmarkPage } from './benchmark-page.js';
export { type HtmlReportOptions, htmlReport } from './html-report.js';
