import type { Configuration } from '../config/index.js';

/**
 * The environment with what `[hub]` of a configuration says, where the variables of the hub themselves say nothing.
 */
export function configuredHub(
  { hub = {} }: Configuration,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...environment,
    HF_ENDPOINT: environment.HF_ENDPOINT || hub.endpoint,
    HF_HUB_CACHE: environment.HF_HUB_CACHE || (environment.HF_HOME ? undefined : hub.cache),
    HF_HUB_OFFLINE: environment.HF_HUB_OFFLINE || (hub.offline ? '1' : undefined),
  };
}
