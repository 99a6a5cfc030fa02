import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { checkChoice, OctavecError, type TaskOptions, throwIfCancelled, version } from '../base/index.js';
import { type Checkpoint, type EncoderPlan, encoderHome, openCheckpoint } from '../checkpoint/index.js';
import { fileHash, openStaging, writeOutputFile } from '../files/index.js';
import { findHead, readModules, refuseOtherFormat, staticFolder } from '../model/index.js';
import { writeStreamedModel } from '../onnx/index.js';
import { checkHead } from '../output/index.js';
import { missingTokenizer } from '../tokenizer/index.js';
import { companionFiles, copyCompanions } from './companions.js';
import type { Conversion } from './conversion.js';
import { conversionPath, moveInto, refuseForeign, targetOf } from './conversion-target.js';
import type { ConversionType } from './conversion-type.js';
import { convertStatic } from './convert-static.js';
import { buildEncoder } from './graph/build-encoder.js';
import { withHalfWeights } from './graph/half-weights.js';
import { streamWeight } from './graph/stream-weight.js';
import { proveConversion } from './proof/prove-conversion.js';

/** How `convert` makes an ONNX model from weights in safetensors. */
export interface ConvertOptions extends TaskOptions {
  /**
   * An .onnx file, or a folder that gets a whole model. By default `onnx/model.onnx` in the model's own folder,
   * `onnx/model_fp16.onnx` for `fp16`.
   */
  readonly output?: string;
  /** What weights are stored as, `fp32` by default. With `fp16` the file is half as large; numbers are computed in FP32 all the same. */
  readonly dtype?: ConversionType;
  /** An ONNX file of the same model that is known to be right, to prove the new one against. */
  readonly against?: string;
  /** Pooling, dense layers and normalising stand in the graph, too, which then gives `sentence_embedding` as well. */
  readonly withHead?: boolean;
}

/**
 * Makes an ONNX model of weights, in safetensors or as PyTorch stores them, and their configuration. The file gets its name once it has been proven to
 * give what the weights give. Never more than one tensor is in memory.
 *
 * @param folder a model in Hugging Face layout, with `config.json` and `model.safetensors` or
 *   `pytorch_model.bin`, or shards with their index
 * @throws ARCHITECTURE_UNKNOWN, WEIGHTS_INVALID, MODEL_UNSUPPORTED, SAFETENSORS_INVALID, CONFIG_INVALID, CONVERSION_REFUSED,
 *   FILE_NOT_FOUND, FILE_NOT_READABLE, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED, and what ONNX Runtime throws
 * @example
 * ```ts
 * const { onnxPath, proof } = await convert('./bge-small-en-v1.5');
 * console.log(onnxPath, proof.cosine);
 * ```
 */
export async function convert(folder: string, options: ConvertOptions = {}): Promise<Conversion> {
  const { output, dtype = 'fp32' } = options;
  checkChoice('dtype', dtype, ['fp32', 'fp16']);
  const source = resolve(folder);
  await refuseFile(source);
  const target = targetOf(source, output, dtype);
  const table = await staticFolder(source);
  if (table !== undefined) {
    refuseHalfTable(dtype);
    return convertStatic(source, table, target);
  }
  const home = await encoderHome(source);
  const checkpoint = await openCheckpoint(home);
  try {
    const tokenizer = await missingTokenizer(home);
    const meant = await asMeant(source, checkpoint.plan);
    const plan = options.withHead ? await withHead(source, meant) : meant;
    refuseForeign(target.onnxPath);
    const staging = await openStaging(target.onnxPath);
    try {
      // The name that it will have: the file names its external data.
      const stagedPath = join(staging.folder, basename(target.onnxPath));
      const sources = await hashesOf(checkpoint);
      const { written, proof } = await writeProven({ ...checkpoint, plan }, { home, stagedPath, sources }, options);
      if (target.folder !== undefined) {
        await copyCompanions(source, target.folder, await companionFiles(source));
      }
      const model = target.folder ?? (output === undefined ? source : undefined);
      if (tokenizer !== undefined && model !== undefined) {
        await writeOutputFile(join(model, relative(source, home), 'tokenizer.json'), tokenizer);
      }
      await moveInto(written.files, target.onnxPath);
      const conversion: Conversion = {
        onnxPath: target.onnxPath,
        architecture: checkpoint.architecture,
        layers: plan.layers.length,
        hidden: plan.hidden,
        maxTokens: plan.maxTokens,
        gives: whatItGives(plan),
        dtype,
        bytes: written.bytes,
        unused: checkpoint.unused,
        proof,
      };
      await writeOutputFile(
        conversionPath(target.onnxPath),
        `${JSON.stringify({ version, sources, ...conversion, onnxPath: undefined }, null, 2)}\n`,
      );
      return conversion;
    } finally {
      await staging.discard();
    }
  } finally {
    await checkpoint.weights.close();
  }
}

function whatItGives({ classifier, head }: EncoderPlan): Conversion['gives'] {
  if (classifier !== undefined) {
    return classifier.out.outputs === 1 ? 'scores' : 'classes';
  }
  return head === undefined ? 'hidden states' : 'vectors';
}

/** Leaves classes out where the folder says how vectors are made: an embedding model was made of a classifier. */
async function asMeant(folder: string, plan: EncoderPlan): Promise<EncoderPlan> {
  if (plan.classifier === undefined || plan.classifier.out.outputs === 1) {
    return plan;
  }
  const { source } = await findHead(folder, await readModules(folder), undefined);
  return source.kind === 'folder' ? { ...plan, classifier: undefined } : plan;
}

/** SHA-256 of the files of weights, by their names. */
type SourceHashes = Readonly<Record<string, string>>;

async function hashesOf({ files }: Checkpoint): Promise<SourceHashes> {
  const hashes = await Promise.all(files.map(fileHash));
  return Object.fromEntries(files.map((path, i) => [basename(path), hashes[i]]));
}

/**
 * Writes the graph with its weights, and proves it.
 *
 * @throws CONVERSION_REFUSED, CANCELLED, WEIGHTS_INVALID, and what writing files and running the model throws
 */
async function writeProven(
  { architecture, plan, weights }: Checkpoint,
  { home, stagedPath, sources }: { readonly home: string; readonly stagedPath: string; readonly sources: SourceHashes },
  { dtype = 'fp32', against, signal, onProgress }: ConvertOptions,
) {
  throwIfCancelled(signal, 'converting');
  const built = buildEncoder(plan, {
    'octavec.converted': JSON.stringify({ version, architecture, dtype, sources }),
  });
  const { proto, deferred } = dtype === 'fp16' ? withHalfWeights(built) : built;
  const dataOf = ({ name = '' }: { name?: string }) => {
    const data = deferred.get(name);
    return data && streamWeight(weights, data);
  };
  const written = await writeStreamedModel({ path: stagedPath, proto }, stagedPath, dataOf, { signal, onProgress });
  const subject = { folder: home, plan, weights, onnxPath: stagedPath, against, dtype };
  return { written, proof: await proveConversion(subject, { signal, onProgress }) };
}

/**
 * Adds what comes after the encoder, as the folder says.
 *
 * @throws USAGE, MODEL_UNSUPPORTED, MODEL_OUTPUT
 */
async function withHead(folder: string, plan: EncoderPlan): Promise<EncoderPlan> {
  const { classifier, hidden } = plan;
  const { head, source } = await findHead(folder, await readModules(folder), undefined);
  if (classifier !== undefined || source.kind !== 'folder') {
    const problem =
      classifier === undefined ? 'The folder does not say how vectors are made' : 'It gives scores of texts';
    throw new OctavecError('USAGE', {
      problem: `${problem}, and \`withHead\` puts that into the graph`,
      hint: 'Leave it out.',
    });
  }
  if (!head.includePrompt) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: folder,
      what: 'a pooling that leaves prompts out, in a graph that does not know which tokens are a prompt,',
      hint: 'Leave out `withHead`.',
    });
  }
  checkHead(head, hidden, folder);
  return { ...plan, head };
}

/**
 * Refuses `fp16` for a static model.
 *
 * @throws USAGE
 */
function refuseHalfTable(dtype: ConversionType): void {
  if (dtype !== 'fp32') {
    throw new OctavecError('USAGE', {
      problem: 'Static models are converted in FP32 alone',
      hint: 'Leave out `dtype`, and make the variant with `octavec quantize --to fp16`.',
    });
  }
}

/**
 * Refuses a file in place of a folder.
 *
 * @throws OTHER_FORMAT, USAGE for a file: what it needs stands beside it
 */
async function refuseFile(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile()) {
    await refuseOtherFormat(path);
    throw new OctavecError('USAGE', {
      problem: `${path} is a file`,
      hint: 'Give the folder with config.json and weights.',
    });
  }
}
