import type { Configuration } from '../config/index.js';
import { type HubSettings, hubSettings } from '../hub/index.js';

/**
 * Returns the settings of the hub: those of its variables (HF_ENDPOINT, …), else those of `[hub]` in a configuration.
 *
 * @param offline asked for by the user
 */
export async function configuredHub(
  { hub = {} }: Configuration,
  { offline }: { readonly offline?: boolean } = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<HubSettings> {
  const settings = await hubSettings({
    ...environment,
    HF_ENDPOINT: environment.HF_ENDPOINT || hub.endpoint,
    HF_HUB_CACHE: environment.HF_HUB_CACHE || (environment.HF_HOME ? undefined : hub.cache),
    HF_HUB_OFFLINE: environment.HF_HUB_OFFLINE || (hub.offline ? '1' : undefined),
  });
  return offline ? { ...settings, offline } : settings;
}
