import { formatBytes } from '../../base/index.js';
import { planRemoval, type Removal } from '../../registry/index.js';
import { configured, notThere } from './models-named.js';

/** What the user said of a removal. */
interface RemovalFlags {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/**
 * Plans the removal of several models as one. Nothing is removed where one of them is not there.
 *
 * @throws FILE_NOT_FOUND
 */
export async function planRemovals(names: readonly string[]): Promise<Removal> {
  const removal = await planRemoval(names, await configured());
  if (removal === undefined || removal.missing.length > 0) {
    throw notThere((removal?.missing ?? names)[0]);
  }
  return removal;
}

/** Removes what is planned, if that is what was said, and prints what is gone, or would be. */
export async function carryOut(removal: Removal, { yes, json }: RemovalFlags): Promise<void> {
  const { models, bytes } = removal;
  if (yes) {
    await removal.remove();
  }
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ removed: yes ?? false, models: models.map(({ id, revision }) => ({ id, revision })), bytes })}\n`,
    );
    return;
  }
  for (const { id, revision, variants } of models) {
    process.stdout.write(
      `${id} ${revision?.slice(0, 12)}: ${variants.map(({ precision }) => precision).join(', ') || 'weights'}\n`,
    );
  }
  const frees = formatBytes(bytes);
  const said = yes ? `removed, ${frees} are free` : `would free ${frees}; --yes removes`;
  process.stdout.write(`${models.length === 0 ? 'nothing to remove' : said}\n`);
}
