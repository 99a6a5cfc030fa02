import type { TaskOptions } from '../../base/index.js';
import { median } from '../../numbers/index.js';
import type { Mix, MixPart, MixPrecision } from '../../quantize/index.js';
import { distanceOf } from './judge-run.js';
import type { MeasurementFile } from './measurement-file.js';
import { chosenOf, type MixLaboratory, type Run } from './mix-laboratory.js';
import type { ByPrecision, PartSensitivity, RoleSensitivity, UniformFigures } from './sensitivity-report.js';

/** What parts may become instead of FP32. */
const triedPrecisions = ['q4', 'int8', 'q8', 'fp16'] as const satisfies readonly MixPrecision[];

const textsForRoles = 128;
const textsForParts = 64;

/** A precision that uses less than this of what the goal allows, with all of the model in it, needs no closer look. */
const matteringAllowance = 0.1;

/** A role that would use less than this of it is taken as a whole. */
const decisiveAllowance = 0.05;

/** A role of more parts is looked at in so many bands of neighbouring layers: they are alike. */
const mostBands = 12;

/** Where speed counts, times are taken so often, in turns. */
const timedRounds = 3;

export interface SensitivitySubject {
  readonly laboratory: MixLaboratory;
  readonly parts: readonly MixPart[];
  readonly file: MeasurementFile;
  /** All texts by the FP32 model. */
  readonly reference: Run;
  /** What a mix that gave these vectors takes, and how much of what the goal allows it uses up. */
  readonly judge: (mix: Mix, run: Run, reference: Run) => Promise<{ bytes: number; usedAllowance: number }>;
  /** Does time count? */
  readonly timed: boolean;
}

export interface Sensitivities {
  readonly uniform: readonly UniformFigures[];
  readonly roles: readonly RoleSensitivity[];
  readonly parts: readonly Omit<PartSensitivity, 'chosen'>[];
}

/** Parts of one role in one precision, the rest in FP32. */
interface Look {
  readonly subject: string;
  readonly precision: MixPrecision;
  readonly parts: readonly MixPart[];
  readonly texts: number;
}

/** A look, and the mean of 1 − cosine that was seen. */
export interface Seen {
  readonly precision: MixPrecision;
  readonly parts: readonly Pick<MixPart, 'id' | 'role'>[];
  readonly distance: number;
}

/**
 * Measures what each part of a model costs in quality: first the whole model in each precision, then, where that
 * matters for the goal, each role alone with the rest in FP32, then, where a role is decisive, each of its parts. What
 * the file knows already is not measured again.
 *
 * @throws as `MixLaboratory.run` and `MeasurementFile.add`
 */
export async function measureSensitivities(
  subject: SensitivitySubject,
  options: TaskOptions = {},
): Promise<Sensitivities> {
  const uniform = await measureUniform(subject, options);
  const mattering = uniform.filter(({ usedAllowance }) => allowanceOf(usedAllowance) > matteringAllowance);
  const roles = byRole(subject.parts);
  const roleLooks = mattering.flatMap(({ precision }) =>
    [...roles].map(([role, parts]) => ({ subject: `role ${role}`, precision, parts, texts: textsForRoles })),
  );
  const seenRoles = await takeLooks(subject, roleLooks, 'Measuring roles', options);
  const partLooks = mattering.flatMap(({ precision, usedAllowance }) =>
    decisiveRoles(
      seenRoles.filter((seen) => seen.precision === precision),
      allowanceOf(usedAllowance),
    ).flatMap(({ parts }) => bandsOf(parts).map((band) => lookAtBand(band, precision))),
  );
  const seenParts = await takeLooks(subject, partLooks, 'Measuring layers', options);
  return {
    uniform,
    roles: [...roles].map(([role, parts]) => ({
      role,
      parts: parts.length,
      parameters: parts.reduce((sum, { parameters }) => sum + parameters, 0),
      distance: byPrecision(seenRoles.filter((seen) => seen.parts[0].role === role)),
    })),
    parts: partSensitivities(subject.parts, uniform, seenRoles, seenParts),
  };
}

async function measureUniform(subject: SensitivitySubject, { onProgress }: TaskOptions): Promise<UniformFigures[]> {
  const { laboratory, parts, reference } = subject;
  const rounds = subject.timed ? timedRounds : 1;
  const total = rounds * triedPrecisions.length;
  const chosen = chosenOf(reference, textsForRoles);
  const runs = triedPrecisions.map((): Run[] => []);
  const mixes = triedPrecisions.map((precision) => new Map(parts.map(({ id }) => [id, precision])));
  for (let done = 0; done < total; done++) {
    onProgress?.({ stage: 'Measuring precisions', done, total, unit: 'runs' });
    const i = done % triedPrecisions.length;
    runs[i].push(await laboratory.run(mixes[i], textsForRoles));
  }
  return Promise.all(
    triedPrecisions.map(async (precision, i) => {
      const [first] = runs[i];
      const { bytes, usedAllowance } = await subject.judge(mixes[i], first, chosen);
      const seconds = median(runs[i].map((run) => run.seconds));
      return { precision, bytes, usedAllowance, seconds, distance: distanceOf(first, chosen) };
    }),
  );
}

function allowanceOf(used: number | null): number {
  return used ?? Number.POSITIVE_INFINITY;
}

function byRole(parts: readonly MixPart[]): ReadonlyMap<string, readonly MixPart[]> {
  const roles = new Map<string, MixPart[]>();
  for (const part of parts) {
    roles.set(part.role, [...(roles.get(part.role) ?? []), part]);
  }
  return roles;
}

/**
 * Returns the roles of several parts that would take a share of the allowance if the whole model were in this
 * precision.
 */
function decisiveRoles<Role extends Seen>(roles: readonly Role[], usedAllowance: number): Role[] {
  const total = roles.reduce((sum, { distance }) => sum + distance, 0);
  return roles.filter(
    ({ distance, parts }) => parts.length > 1 && usedAllowance * (distance / total) > decisiveAllowance,
  );
}

/** Returns parts one by one, or in groups of neighbours where there are many. */
function bandsOf<Part>(parts: readonly Part[]): Part[][] {
  const count = Math.min(mostBands, parts.length);
  return Array.from({ length: count }, (_, i) =>
    parts.slice(Math.round((i * parts.length) / count), Math.round(((i + 1) * parts.length) / count)),
  );
}

function lookAtBand(parts: readonly MixPart[], precision: MixPrecision): Look {
  return { subject: `part ${parts.map(({ id }) => id).join(' ')}`, precision, parts, texts: textsForParts };
}

async function takeLooks(
  { laboratory, file, reference }: SensitivitySubject,
  looks: readonly Look[],
  stage: string,
  { onProgress }: TaskOptions,
): Promise<(Look & Pick<Seen, 'distance'>)[]> {
  const open = looks.filter((look) => file.distance(look) === undefined);
  for (const [done, { subject, precision, parts, texts }] of open.entries()) {
    onProgress?.({ stage, done, total: open.length, unit: 'runs' });
    const run = await laboratory.run(new Map(parts.map(({ id }) => [id, precision])), texts);
    const distance = distanceOf(run, chosenOf(reference, texts));
    await file.add({ subject, precision, texts, distance });
  }
  return looks.map((look) => ({ ...look, distance: file.distance(look) ?? Number.NaN }));
}

/**
 * Returns what each part adds to the distance in each precision: what was seen of it, scaled so that the parts of a
 * role add up to what was seen of the role; else an equal share of the role's, or of the whole model's.
 */
export function partSensitivities(
  parts: readonly Pick<MixPart, 'id' | 'role' | 'parameters'>[],
  uniform: readonly Pick<UniformFigures, 'precision' | 'distance'>[],
  roles: readonly Seen[],
  bands: readonly Seen[],
): Omit<PartSensitivity, 'chosen'>[] {
  return parts.map(({ id, role, parameters }) => {
    const measured: MixPrecision[] = [];
    const distances = uniform.map(({ precision, distance }) => {
      const seenRole = roles.find((seen) => seen.precision === precision && seen.parts[0].role === role);
      if (seenRole === undefined) {
        return { precision, distance: distance / parts.length };
      }
      const siblings = bands.filter((seen) => seen.precision === precision && seen.parts[0].role === role);
      const own = siblings.find((seen) => seen.parts.some((part) => part.id === id));
      if (own === undefined) {
        return { precision, distance: seenRole.distance / seenRole.parts.length };
      }
      measured.push(precision);
      const sum = siblings.reduce((total, seen) => total + seen.distance, 0);
      return { precision, distance: (own.distance / own.parts.length) * scaleTo(seenRole.distance, sum) };
    });
    return { id, role, parameters, distance: byPrecision(distances), measured };
  });
}

/**
 * Returns the scale by which errors that cancel or strengthen each other explain a difference; what is beyond is noise.
 */
function scaleTo(whole: number, sum: number): number {
  return sum === 0 ? 1 : Math.min(2, Math.max(0.5, whole / sum));
}

function byPrecision(seen: readonly Pick<Seen, 'precision' | 'distance'>[]): ByPrecision {
  return Object.fromEntries(seen.map(({ precision, distance }) => [precision, distance]));
}
