import { InvalidArgumentError, Option } from 'commander';
import { counted, OctavecError, parseBytes } from '../base/index.js';
import { overLongPolicies } from '../embed/index.js';
import { devices, type EngineChoice, engineChoices, memoryModes } from '../engine/index.js';
import { gateMetricNames, gateMetrics, type Limits } from '../evaluate/index.js';
import type { SnapshotOptions } from '../hub/index.js';
import type { ProofTexts } from '../pipeline/index.js';
import type { Task } from '../tasks/index.js';
import { printNote } from './print-note.js';

/** Parsers of option values that several commands share. */

/** Reads digits alone: "0x10" and "1e3", which the language takes for numbers too, are NaN. */
function digits(text: string): number {
  return /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
}

/** Reads a decimal number as people write it, or NaN; a power of ten may follow. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** Parses a count: "4". */
export function positiveInteger(text: string): number {
  const value = digits(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  }
  return value;
}

export function number(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value)) {
    throw new InvalidArgumentError('It must be a number.');
  }
  return value;
}

/** Parses "ffn-down,embeddings", also given several times. */
export function wordList(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  return [...before, ...words.filter((word) => word !== '')];
}

/** Parses "cosineP1=0.98", also given several times. */
export function gateLimit(text: string, before: Limits = {}): Limits {
  const [metric, ...figure] = text.split('=');
  if (!(gateMetricNames as readonly string[]).includes(metric)) {
    throw new InvalidArgumentError(`"${metric}" is not a metric. Known: ${gateMetricNames.join(', ')}.`);
  }
  const limit = decimal(figure.join('='));
  if (!Number.isFinite(limit)) {
    throw new InvalidArgumentError(`Give a number: ${metric}=0.98.`);
  }
  return { ...before, [metric]: limit };
}

/** Parses the same for commands that run no tasks. */
export function gateLimitWithoutTasks(text: string, before: Limits = {}): Limits {
  const limits = gateLimit(text, before);
  const loss = gateMetricNames.find((metric) => Object.hasOwn(limits, metric) && 'losses' in gateMetrics[metric]);
  if (loss !== undefined) {
    throw new InvalidArgumentError(`"${loss}" is found in tasks, which only verify and compare run (--task).`);
  }
  return limits;
}

/** Reads the texts for a comparison; undefined stands for octavec's own. */
export async function proofTexts(path: string | undefined): Promise<ProofTexts | undefined> {
  if (path === undefined) {
    return undefined;
  }
  const { readTexts } = await import('../texts/index.js');
  const texts = [...new Set(await readTexts(path))];
  if (texts.length < 3) {
    throw new OctavecError('USAGE', {
      problem: `${path} holds ${counted(texts.length, 'distinct text')}`,
      hint: 'Three are the least.',
    });
  }
  return { texts, source: path };
}

/**
 * Reads tasks by their names, one after the other, since some are fetched. What is wrong with their data is printed.
 */
export async function readTasks(names: readonly string[] = [], options: SnapshotOptions): Promise<Task[]> {
  const { readTask } = await import('../tasks/index.js');
  const tasks: Task[] = [];
  for (const name of names) {
    const task = await readTask(name, options);
    tasks.push(task);
    for (const note of (task.kind === 'retrieval' && task.notes) || []) {
      printNote(`${task.name}: ${note}`);
    }
  }
  return tasks;
}

/** Parses "onnxruntime,native", also given several times. */
export function engineList(text: string, before: readonly EngineChoice[] = []): readonly EngineChoice[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(engineChoices as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not an engine. Known: ${engineChoices.join(', ')}.`);
  }
  return [...new Set([...before, ...(names as EngineChoice[])])];
}

export function configOption(): Option {
  return new Option('--config <file>', 'read this configuration file instead of octavec.toml and your own config.toml');
}

export function engineOption(): Option {
  const text =
    'engine that runs the model; auto takes native for files of 8 bits or fewer that it knows (default: auto)';
  return new Option('--engine <name>', text).choices(engineChoices);
}

export function deviceOption(): Option {
  const text = 'device that runs the model; auto takes the first that can, else the CPU (default: cpu)';
  return new Option('--device <name>', text).choices(devices);
}

export function memoryOption(): Option {
  const text =
    'weights: packed for each session (fast), mapped once (shared), or chosen by the memory available (default: auto)';
  return new Option('--memory <mode>', text).choices(memoryModes);
}

/** Parses "1,2,4". */
export function positiveIntegers(text: string): readonly number[] {
  return text.split(',').map((part) => positiveInteger(part.trim()));
}

/** Parses "25MB". */
export function byteSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) {
    throw new InvalidArgumentError('It must be a size, such as 25MB, 800kB or 1.5GiB.');
  }
  return bytes;
}

export function positiveNumber(text: string): number {
  const value = number(text);
  if (value <= 0) {
    throw new InvalidArgumentError('It must be more than 0.');
  }
  return value;
}

/** Parses the number of a port; 0 lets the system choose one. */
export function port(text: string): number {
  const value = digits(text);
  if (!Number.isInteger(value) || value > 65535) {
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  }
  return value;
}

/** Returns the option for texts that are longer than the model takes. */
export function overLongOption(): Option {
  return new Option('--over-long <policy>', 'texts longer than the model takes (default: truncate)').choices(
    overLongPolicies,
  );
}
