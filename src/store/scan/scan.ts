import { loadBinding } from '../../native/index.js';
import { scanPlainly } from './scan-plain.js';
import type { ScanLimits, ScannedRows, ScanQuery, ScanRows } from './scan-request.js';
import { scanThreads } from './scan-threads.js';

/**
 * Finds the rows that are most like a vector: the `top` best and those within `margin` of them. It runs in C++, in
 * other threads, if the native engine is built.
 */
export async function scanRows(rows: ScanRows, query: ScanQuery, limits: ScanLimits): Promise<ScannedRows> {
  const found = loadBinding();
  if (!('binding' in found) || rows.data.length === 0) {
    return scanPlainly(rows, query, limits);
  }
  const { top, margin, allowed } = limits;
  const [indices, scores] = await found.binding.scanRows(
    rows.data,
    rows.kind === 'int8' ? rows.scales : undefined,
    query.data,
    query.kind === 'int8' ? query.scale : 1,
    allowed,
    rows.columns,
    top,
    margin,
    await scanThreads(rows.data.byteLength),
  );
  return { rows: indices, scores };
}
