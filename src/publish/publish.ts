import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { OctavecError, optionalPackage, reasonOf, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type Evidence, evidencePath, failuresAsText, readEvidence } from '../evaluate/index.js';
import { fileHash } from '../files/index.js';
import { type HubSettings, isRepositoryId } from '../hub/index.js';
import { configurationFiles, listOnnxFiles, openModelFolder, variantOfPath } from '../model/index.js';
import { modelCard } from './model-card.js';

export interface PublishOptions {
  /** "owner/name" on the hub. */
  readonly repository: string;
  /** Folder that has the variants, where that is another one than the original's. */
  readonly variantsFolder?: string;
  /** Which of them; all that have evidence by default. */
  readonly variants?: readonly string[];
  /** The original's name on the hub. */
  readonly base: string;
  /** "apache-2.0" */
  readonly licence: string;
  /** Languages for the model card, such as "en"; none by default. */
  readonly languages?: readonly string[];
}

/** What would be published. */
export interface PublishPlan {
  readonly repository: string;
  readonly card: string;
  /** Paths on the hub, and where their bytes are. The card is none of them. */
  readonly files: readonly { readonly path: string; readonly source: string }[];
}

/**
 * Finds out what would be published: the configuration of the model, proven variants with their evidence, and the card.
 *
 * @param model folder of the original
 * @throws USAGE where nothing is proven, GATE_REFUSED for variants that are not good enough, CONFIG_INVALID
 *   for one that is not what its evidence is about, and as `openModelFolder`
 */
export async function planPublishing(model: string, options: PublishOptions): Promise<PublishPlan> {
  const { repository, base, licence, languages, variantsFolder = model } = options;
  if (!isRepositoryId(repository) || !repository.includes('/')) {
    throw new OctavecError('USAGE', {
      problem: `"${repository}" is no name of a repository`,
      hint: 'Give owner/name.',
    });
  }
  const proven = await provenVariants(variantsFolder, options.variants);
  const files = await openModelFolder(model);
  const card = modelCard({
    ...{ repository, base, licence, languages, variants: proven },
    ...{ head: files.head, maxTokens: files.maxTokens, prompts: files.prompts },
    width: proven[0].evidence.fidelity.width,
  });
  const folder = files.folder as string;
  const names = (await configurationFiles(folder)).filter((name) => name !== 'README.md' && name !== 'tokenizer.json');
  return {
    repository,
    card,
    files: [
      ...names.map((name) => ({ path: name, source: join(folder, name) })),
      { path: 'tokenizer.json', source: files.tokenizerPath },
      ...proven.flatMap(({ variant, path }) => [
        { path: `onnx/model_${variant}.onnx`, source: path },
        { path: `onnx/model_${variant}.evidence.json`, source: evidencePath(path) },
      ]),
    ],
  };
}

interface ProvenVariant {
  readonly variant: string;
  readonly path: string;
  readonly evidence: Evidence;
}

async function provenVariants(folder: string, wanted: readonly string[] | undefined): Promise<ProvenVariant[]> {
  const paths = await listOnnxFiles(folder).catch((): string[] => []);
  const found: ProvenVariant[] = [];
  for (const path of paths) {
    const variant = variantOfPath(path);
    const evidence = await readEvidence(evidencePath(path)).catch(() => undefined);
    if (variant !== undefined && evidence !== undefined && (wanted?.includes(variant) ?? true)) {
      found.push({ variant, path, evidence });
    }
  }
  const missing = (wanted ?? []).filter((name) => !found.some(({ variant }) => variant === name));
  if (found.length === 0 || missing.length > 0) {
    const names = missing.length > 0 ? ` ${missing.join(', ')}` : '';
    throw new OctavecError('USAGE', {
      problem: `${folder} has no proven variant${names}`,
      hint: 'Make it with "octavec quantize": its evidence stands in the card.',
    });
  }
  for (const { path, evidence } of found) {
    if (evidence.verdict?.passed === false) {
      throw new OctavecError('GATE_REFUSED', { path, failures: failuresAsText(evidence.verdict) });
    }
    if ((await fileHash(path)) !== evidence.file.sha256) {
      const why = `it is another file than ${path}, which stands beside it`;
      throw new OctavecError('CONFIG_INVALID', { path: evidencePath(path), why });
    }
  }
  return found;
}

export interface UploadOptions extends TaskOptions {
  /** Which hub, and with which token. */
  readonly settings: HubSettings;
  /** Whether a repository that is not there yet is made a private one. */
  readonly private?: boolean;
}

export interface PublishedModel {
  readonly url: string;
  readonly commit: string;
  readonly files: readonly string[];
}

/**
 * Uploads what is planned, as one commit, into a repository that is made if it is not there yet.
 *
 * @throws PACKAGE_MISSING without @huggingface/hub, HUB_DENIED without a token or with one that may not write, HUB_OFFLINE,
 *   HUB_UNREACHABLE, CANCELLED
 */
export async function publish(
  plan: PublishPlan,
  { settings, signal, ...options }: UploadOptions,
): Promise<PublishedModel> {
  const { repository } = plan;
  const what = `the upload to ${repository}`;
  const { endpoint: hubUrl, token } = settings;
  if (settings.offline) {
    throw new OctavecError('HUB_OFFLINE', { what, cache: settings.cache });
  }
  if (token === undefined) {
    throw new OctavecError('HUB_DENIED', { endpoint: hubUrl, what, why: 'it needs a token that may write' });
  }
  const hub = await optionalPackage(() => import('@huggingface/hub'), '@huggingface/hub', 'Publishing');
  const common = { repo: { type: 'model', name: repository } as const, hubUrl, accessToken: token };
  try {
    await hub
      .createRepo({ ...common, ...(options.private && { visibility: 'private' }) })
      .catch((error: { readonly statusCode?: number }) =>
        error.statusCode === 409 ? undefined : Promise.reject(error),
      );
    const files = await Promise.all(
      plan.files.map(async ({ path, source }) => ({ path, content: await openAsBlob(source) })),
    );
    const output = await hub.uploadFiles({
      ...common,
      files: [...files, { path: 'README.md', content: new Blob([plan.card]) }],
      commitTitle: 'Upload variants made and proven by octavec',
      abortSignal: signal,
      // Plain uploads work with every hub and mirror.
      useXet: false,
    });
    const paths = [...plan.files.map(({ path }) => path), 'README.md'];
    return { url: `${hubUrl}/${repository}`, commit: output?.commit.oid ?? '', files: paths };
  } catch (error) {
    throwIfCancelled(signal, what);
    const { statusCode } = error as { readonly statusCode?: number };
    if (statusCode === 401 || statusCode === 403) {
      const why = `it does not let this token write there (${reasonOf(error)})`;
      throw new OctavecError('HUB_DENIED', { endpoint: hubUrl, what, why }, error);
    }
    const { cause } = error as { readonly cause?: unknown };
    throw new OctavecError('HUB_UNREACHABLE', { endpoint: hubUrl, what, why: reasonOf(cause ?? error) }, error);
  }
}
