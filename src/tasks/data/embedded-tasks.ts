import { packagePath } from '../../base/index.js';

/** Tasks whose data come with octavec: they need no network. */
export const embeddedTaskNames: readonly string[] = ['scifact-mini', 'banking77-mini'];

/** Returns where an embedded task lies; undefined for other names. */
export function embeddedTaskFolder(name: string): string | undefined {
  return embeddedTaskNames.includes(name) ? packagePath(`datasets/${name}`) : undefined;
}
