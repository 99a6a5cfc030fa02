import { entry } from './error-entry.js';

/** Errors of the hub. */
export const hubErrors = {
  HUB_NOT_FOUND: entry<{ endpoint: string; what: string; why: string }>(
    1,
    404,
    (d) => `${d.endpoint} does not have ${d.what}: ${d.why}. Check the name; for what is private set HF_TOKEN.`,
  ),
  HUB_DENIED: entry<{ endpoint: string; what: string; why: string }>(
    1,
    403,
    (d) => `${d.endpoint} does not give ${d.what}: ${d.why}. Set HF_TOKEN to the token of an account that has access.`,
  ),
  HUB_UNREACHABLE: entry<{ endpoint: string; what: string; why: string }>(
    1,
    502,
    (d) =>
      `${d.endpoint} cannot be asked for ${d.what}: ${d.why}. Check the network, or HF_ENDPOINT; what was fetched is kept.`,
  ),
  HUB_OFFLINE: entry<{ what: string; cache: string }>(
    1,
    503,
    (d) =>
      `Offline (--offline, HF_HUB_OFFLINE or hub.offline), and the cache ${d.cache} does not have ${d.what}, or not all of it. Fetch it once with the network: "octavec pull".`,
  ),
  HUB_NO_MODEL: entry<{ name: string; looked: string; has: string }>(
    1,
    404,
    (d) =>
      `${d.name} has no model that octavec can take (looked for ${d.looked}); it has ${d.has}. Choose a repository with ONNX files or safetensors, or name files with --include.`,
  ),
  CACHE_DAMAGED: entry<{ folder: string; files: readonly string[] }>(
    1,
    500,
    (d) =>
      `Files in the cache are damaged: ${d.files.join(', ')} in ${d.folder}. Fetch them again with the network: "octavec pull".`,
  ),
  HUB_CORRUPT: entry<{ endpoint: string; what: string }>(
    1,
    502,
    (d) => `What ${d.endpoint} gave for ${d.what} is not what its checksum says. It was thrown away; try again.`,
  ),
} as const;
