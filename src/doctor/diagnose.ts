import { fileURLToPath } from 'node:url';
import { OctavecError, reasonOf, type TaskOptions, version } from '../base/index.js';
import { type EngineChoice, type EngineDescription, nativeEngineState, planThreads } from '../engine/index.js';
import { cpuBudget, type HostFacts, readHostFacts } from '../host/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder, weightBytes } from '../model/index.js';
import { cpusFinding } from './cpus.js';
import { diskFindings } from './disk.js';
import type { Finding } from './finding.js';
import { memoryFinding, readMemoryNow } from './memory.js';
import { measureModel, modelFailure, modelSpeedFinding } from './model-speed.js';
import { moduleFindings, nativeEngineFinding, nodeFinding } from './native-modules.js';
import { governorFinding, type NativeState, processorFinding } from './processor.js';
import { probeSpeed } from './speed-probe.js';
import { throttlingFinding } from './throttling.js';

export interface DiagnoseOptions extends TaskOptions, Pick<OpenModelOptions, 'tokenizer' | 'variant'> {
  /** A model folder or .onnx file; by default the embedded model, where it is installed. */
  readonly model?: string;
  /** How long threads calculate to find out what CPU time they get, in seconds; 1.5 by default. */
  readonly probeSeconds?: number;
}

/** What a machine can do and what is wrong with it. */
export interface Diagnosis {
  readonly version: string;
  /** ISO 8601 */
  readonly date: string;
  readonly host: HostFacts;
  readonly findings: readonly Finding[];
  /** Whether octavec can work here at all. */
  readonly usable: boolean;
  /** The model that was tried. */
  readonly model?: string;
}

/** Ten periods of a quota and more. */
const probeSecondsByDefault = 1.5;

/**
 * Examines this machine: processor, CPUs that are granted, CPU time that threads really get, memory, disk, what octavec
 * is built on, and how fast a model runs. Nothing that is wrong with the machine is an error here.
 *
 * @throws FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, CONFIG_INVALID for a model that is asked for; CANCELLED
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { signal, probeSeconds = probeSecondsByDefault } = options;
  const step = progress(options);
  const host = await readHostFacts();
  const native = nativeEngineState();
  const model = await modelFor(options);
  const plan = planThreads(cpuBudget(host));
  step('Loading libraries');
  const modules = await moduleFindings();
  step('Measuring CPU time');
  const probe = await probeSpeed(plan.workers * plan.threads, probeSeconds, signal);
  const weights = model && (await weightBytes(model.files.onnxPath));
  const memory = memoryFinding(host, await readMemoryNow(), weights, plan.workers);
  const findings: (Finding | undefined)[] = [
    nodeFinding(process.version),
    ...modules,
    nativeEngineFinding(native),
    processorFinding(host, native),
    governorFinding(host),
    cpusFinding(host),
    throttlingFinding(probe, host),
    memory,
    ...(await diskFindings()),
  ];
  // What does not load or does not fit need not be tried: it would end badly.
  if (findings.every((finding) => !finding?.essential)) {
    findings.push(...(await modelFindings(model, native, step, signal)));
  }
  const found = findings.filter((finding) => finding !== undefined);
  return {
    version,
    date: new Date().toISOString(),
    host,
    findings: found,
    usable: !found.some(({ essential }) => essential),
    model: model?.name,
  };
}

/**
 * Returns what an application needs to know before it goes on: the findings that make a machine unusable, as an error.
 */
export function diagnosisError({ findings, usable }: Diagnosis): OctavecError | undefined {
  const broken = findings.filter(({ essential }) => essential).map(({ found }) => found.replace(/\.$/, ''));
  return usable ? undefined : new OctavecError('HOST_UNUSABLE', { problems: broken.join('; ') });
}

interface NamedModel {
  readonly name: string;
  readonly files: ModelFiles;
}

async function modelFor({ model, tokenizer, variant }: DiagnoseOptions): Promise<NamedModel | undefined> {
  if (model !== undefined) {
    return { name: model, files: await openModelFolder(model, { tokenizer, variant }) };
  }
  try {
    const folder = fileURLToPath(new URL('.', import.meta.resolve('@octavec/all-minilm-l6-v2/config.json')));
    return { name: 'all-MiniLM-L6-v2', files: await openModelFolder(folder) };
  } catch {
    return undefined;
  }
}

async function modelFindings(
  model: NamedModel | undefined,
  native: NativeState,
  step: (stage: string) => void,
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  if (model === undefined) {
    const advice = 'Give a model to know its speed here: octavec doctor <model>.';
    return [{ id: 'model', status: 'ok', found: 'No model was tried.', advice }];
  }
  step(`Running ${model.name}`);
  const speed = await measureModel(model.files, 'auto', signal).catch((error: unknown) => unlessCancellation(error));
  if (speed instanceof Error) {
    return [modelFailure(model.name, speed)];
  }
  const findings = [modelSpeedFinding(model.name, speed, 'default')];
  const other = otherEngine(speed.engine, native);
  if (other !== undefined) {
    step(`Running ${model.name}`);
    const second = await measureModel(model.files, other, signal).catch((error: unknown) => unlessCancellation(error));
    findings.push(
      second instanceof Error ? notOnOther(model.name, other, second) : modelSpeedFinding(model.name, second),
    );
  }
  return findings;
}

/** Returns the engine that was not chosen for the model, if it could run it. */
function otherEngine(taken: EngineDescription, native: NativeState): EngineChoice | undefined {
  if (taken.name !== 'onnxruntime') {
    return 'onnxruntime';
  }
  return 'isa' in native && !native.isa.startsWith('portable') ? 'native' : undefined;
}

function unlessCancellation(error: unknown): Error {
  if (!(error instanceof Error) || (error instanceof OctavecError && error.code === 'CANCELLED')) {
    throw error;
  }
  return error;
}

/** Reports that the model does not run on the other engine. That is no failure: it runs on its own. */
function notOnOther(name: string, engine: EngineChoice, error: Error): Finding {
  const called = engine === 'native' ? 'the native engine' : 'ONNX Runtime';
  return { id: `model-${engine}`, status: 'ok', found: `${name} does not run on ${called}: ${reasonOf(error)}.` };
}

function progress({ onProgress }: TaskOptions): (stage: string) => void {
  const total = 4;
  let done = 0;
  return (stage) => onProgress?.({ stage, done: Math.min(done++, total), total, unit: 'examinations' });
}
