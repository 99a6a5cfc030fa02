import { z } from 'zod';
import { OctavecError, type TaskOptions } from '../base/index.js';
import { isCommit, type Listing } from './cache-layout.js';
import { askHub } from './hub-request.js';
import type { HubSettings } from './hub-settings.js';
import { describeRepository, isSafePath, listingUrl, type Repository } from './repository.js';

/** More than any list of files takes. */
const largestListing = 64 * 2 ** 20;
const listingSchema = z.object({
  sha: z.string().refine(isCommit),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/**
 * Asks the hub which commit a revision is, and which files it has.
 *
 * @throws HUB_NOT_FOUND, HUB_DENIED, HUB_UNREACHABLE, CANCELLED
 */
export async function listRepository(
  repository: Repository,
  settings: HubSettings,
  { signal }: TaskOptions,
): Promise<Listing> {
  const what = describeRepository(repository);
  const response = await askHub(listingUrl(settings.endpoint, repository), { what, signal }, settings);
  const { sha, siblings } = await parsedAnswer(response, listingSchema, settings, what);
  // Names that lead elsewhere are none of this repository's files.
  return { commit: sha, files: siblings.map(({ rfilename }) => rfilename).filter(isSafePath) };
}

/**
 * Reads an answer of the hub as JSON.
 *
 * @throws HUB_UNREACHABLE for an answer of another kind
 */
export async function parsedAnswer<Value>(
  response: Response,
  schema: z.ZodType<Value>,
  { endpoint }: HubSettings,
  what: string,
): Promise<Value> {
  try {
    return schema.parse(JSON.parse(await textOf(response)));
  } catch (error) {
    const why = 'it does not say which files there are: is it a hub?';
    throw new OctavecError('HUB_UNREACHABLE', { endpoint, what, why }, error);
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > largestListing) {
      throw new Error('too long');
    }
  }
  return text;
}
