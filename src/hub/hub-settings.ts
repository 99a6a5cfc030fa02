import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFolder, OctavecError } from '../base/index.js';

/** How the hub is spoken to. */
export interface HubSettings {
  /** "https://huggingface.co", without a slash at the end. */
  readonly endpoint: string;
  /** The folder of the cache that all programs of the Hugging Face family share. */
  readonly cache: string;
  /** Access token, for private and gated repositories; sent to the hub's own host only. */
  readonly token?: string;
  /** Nothing but the cache is looked at. */
  readonly offline: boolean;
  /** Until an answer begins. */
  readonly answerTimeoutMs: number;
  /** Without any new bytes. */
  readonly stallTimeoutMs: number;
  /** Before the first new attempt; each further one waits twice as long. */
  readonly retryDelayMs: number;
}

const yes = new Set(['1', 'ON', 'YES', 'TRUE']);

/**
 * Reads the settings of the hub from the environment, by the names and in the order of huggingface_hub: HF_ENDPOINT,
 * HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HUB_OFFLINE, HF_HUB_ETAG_TIMEOUT,
 * HF_HUB_DOWNLOAD_TIMEOUT and their older forms.
 *
 * @throws USAGE for an endpoint that is no address
 */
export async function hubSettings(environment: NodeJS.ProcessEnv = process.env): Promise<HubSettings> {
  const e = environment;
  const home = e.HF_HOME || join(e.XDG_CACHE_HOME || join(homeFolder(), '.cache'), 'huggingface');
  const says = (variable: string | undefined) => yes.has((variable ?? '').toUpperCase());
  return {
    endpoint: checkedEndpoint((e.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')),
    cache: e.HF_HUB_CACHE || e.HUGGINGFACE_HUB_CACHE || join(home, 'hub'),
    token: says(e.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : await tokenOf(e, home),
    offline: says(e.HF_HUB_OFFLINE) || says(e.TRANSFORMERS_OFFLINE),
    answerTimeoutMs: milliseconds(e.HF_HUB_ETAG_TIMEOUT),
    stallTimeoutMs: milliseconds(e.HF_HUB_DOWNLOAD_TIMEOUT),
    retryDelayMs: 500,
  };
}

function checkedEndpoint(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) {
    throw new OctavecError('USAGE', {
      problem: `HF_ENDPOINT is no address: ${text}`,
      hint: `Write it as https://${text.replace(/^.*:\/\//, '') || 'host'}.`,
    });
  }
  return text;
}

async function tokenOf(environment: NodeJS.ProcessEnv, home: string): Promise<string | undefined> {
  const named = environment.HF_TOKEN || environment.HUGGING_FACE_HUB_TOKEN;
  const kept = () => readFile(environment.HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(() => '');
  return (named || (await kept())).trim() || undefined;
}

function milliseconds(seconds: string | undefined): number {
  const value = Number(seconds || Number.NaN);
  return 1000 * (value > 0 ? value : 10);
}
