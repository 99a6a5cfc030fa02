import { OctavecError, type TaskOptions } from '../base/index.js';
import type { Listing } from './cache-layout.js';
import { askHub } from './hub-request.js';
import type { HubSettings } from './hub-settings.js';
import { describeRepository, isSafePath, listingUrl, type Repository } from './repository.js';

/** More than any list of files takes. */
const largestListing = 64 * 2 ** 20;

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
  const { sha, siblings } = await parsedAnswer(response, 'listing', settings, what);
  // Names that lead elsewhere are none of this repository's files.
  return { commit: sha, files: siblings.map(({ rfilename }) => rfilename).filter(isSafePath) };
}

/** The schemas of answers, which are loaded when there is one: most runs find their model on this machine. */
type Answers = typeof import('./answers.js');

/**
 * Reads an answer of the hub as JSON.
 *
 * @throws HUB_UNREACHABLE for an answer of another kind
 */
export async function parsedAnswer<Kind extends keyof Answers>(
  response: Response,
  kind: Kind,
  { endpoint }: HubSettings,
  what: string,
): Promise<ReturnType<Answers[Kind]['parse']>> {
  const { [kind]: schema } = await import('./answers.js');
  try {
    return schema.parse(JSON.parse(await textOf(response))) as ReturnType<Answers[Kind]['parse']>;
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
