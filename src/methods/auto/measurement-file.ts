import { z } from 'zod';
import { version } from '../../base/index.js';
import { maybeJson, writeOutputFile } from '../../files/index.js';
import { mixPrecisions } from '../../quantize/index.js';
import type { Measurement, SearchFindings, SensitivityReport } from './sensitivity-report.js';

const keptSchema = z.object({
  schema: z.literal(1),
  tool: z.string(),
  source: z.string(),
  conditions: z.string(),
  measurements: z.array(
    z.object({
      subject: z.string(),
      precision: z.enum(mixPrecisions),
      texts: z.int().positive(),
      distance: z.number(),
    }),
  ),
});

/**
 * Measurements, kept in a file after each one. Those of another source, under other conditions or by another version of
 * octavec are not used.
 */
export class MeasurementFile {
  readonly #path: string;
  readonly #identity: Pick<SensitivityReport, 'schema' | 'tool' | 'source' | 'conditions'>;
  readonly #measurements = new Map<string, Measurement>();

  private constructor(path: string, source: string, conditions: string) {
    this.#path = path;
    this.#identity = { schema: 1, tool: `octavec ${version}`, source, conditions };
  }

  static async open(path: string, source: string, conditions: string): Promise<MeasurementFile> {
    const file = new MeasurementFile(path, source, conditions);
    const { tool } = file.#identity;
    const kept = keptSchema.safeParse(await maybeJson(path)).data;
    if (kept?.source === source && kept.conditions === conditions && kept.tool === tool) {
      for (const measurement of kept.measurements) {
        file.#measurements.set(keyOf(measurement), measurement);
      }
    }
    return file;
  }

  /** Returns a known distance, or undefined if it was not measured with so many texts. */
  distance(wanted: Omit<Measurement, 'distance'>): number | undefined {
    return this.#measurements.get(keyOf(wanted))?.distance;
  }

  /**
   * Adds a measurement.
   *
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  async add(measurement: Measurement): Promise<void> {
    this.#measurements.set(keyOf(measurement), measurement);
    await this.#write();
  }

  /**
   * Writes the findings, and returns the report.
   *
   * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  finish(findings: SearchFindings): Promise<SensitivityReport> {
    return this.#write(findings);
  }

  async #write(findings?: SearchFindings): Promise<SensitivityReport> {
    const report = { ...this.#identity, measurements: [...this.#measurements.values()], findings };
    await writeOutputFile(this.#path, `${JSON.stringify(report)}\n`);
    return report;
  }
}

function keyOf({ subject, precision, texts }: Omit<Measurement, 'distance'>): string {
  return `${precision} ${texts} ${subject}`;
}
