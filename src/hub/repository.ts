import { OctavecError } from '../base/index.js';

/** A repository of the hub at a revision. */
export interface Repository {
  readonly kind: 'model' | 'dataset';
  /** "mteb/stsbenchmark-sts" */
  readonly id: string;
  /** Branch, tag or commit; "main" by default. */
  readonly revision?: string;
}

const namePart = /^[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** Tells whether a text can be the name of a repository: "owner/name", or a name alone. */
export function isRepositoryId(text: string): boolean {
  const parts = text.split('/');
  return parts.length <= 2 && parts.every((part) => namePart.test(part) && !/--|\.\./.test(part));
}

/**
 * Checks the name of a repository, and its revision.
 *
 * @throws USAGE where the hub cannot have a repository of this name
 */
export function checkRepository({ id, revision }: Repository): void {
  if (!isRepositoryId(id)) {
    throw new OctavecError('USAGE', { problem: `"${id}" is no name of a repository`, hint: 'Give it as owner/name.' });
  }
  if (revision !== undefined && !isSafePath(revision)) {
    throw new OctavecError('USAGE', { problem: `"${revision}" is no name of a revision` });
  }
}

/** Returns the revision of a repository; `main` by default. */
export function revisionOf({ revision = 'main' }: Repository): string {
  return revision;
}

/** Describes a repository: "the data set mteb/stsbenchmark-sts at main". */
export function describeRepository({ kind, id, revision }: Repository): string {
  return `the ${kind === 'dataset' ? 'data set' : 'model'} ${id}${revision === undefined ? '' : ` at ${revision}`}`;
}

/** Returns the address at which the hub lists a repository. */
export function listingUrl(endpoint: string, repository: Repository): URL {
  const revision = encodeURIComponent(revisionOf(repository));
  return new URL(`${endpoint}/api/${repository.kind}s/${repository.id}/revision/${revision}`);
}

/** Returns the address at which the hub describes each file of a commit. */
export function treeUrl(endpoint: string, { kind, id }: Repository, commit: string): URL {
  return new URL(`${endpoint}/api/${kind}s/${id}/tree/${commit}?recursive=true`);
}

/** Returns the address of a file of a repository. */
export function fileUrl(endpoint: string, { kind, id }: Repository, commit: string, path: string): URL {
  const way = path.split('/').map(encodeURIComponent).join('/');
  return new URL(`${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}/resolve/${commit}/${way}`);
}

/** Tells whether a path stays in the folder that it is joined to. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return !/[\\\0:]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
