import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { checkIndexFiles, SegmentStore } from '#rooms/store';

const writer = fileURLToPath(new URL('segment-writer.mjs', import.meta.url));

interface Change {
  readonly add: readonly (readonly [id: string, hash: string, chunks: number])[];
  readonly remove: readonly string[];
}

/** Hash and number of chunks of each document. */
type Documents = ReadonlyMap<string, string>;

function after(documents: Documents, { add, remove }: Change): Documents {
  const changed = new Map(documents);
  for (const id of remove) {
    changed.delete(id);
  }
  for (const [id, hash, chunks] of add) {
    changed.set(id, `${hash} ${chunks}`);
  }
  return changed;
}

/**
 * Kills a process that changes a store, again and again, and looks at what it has left: the store opens, no file is damaged, and its
 * documents are those that were reported as stored, once each; of the change that was under way all or nothing is there.
 *
 * @returns changes that were stored in all
 */
export async function killWriter(folder: string, rounds: number): Promise<number> {
  let stored = 0;
  let documents: Documents = new Map();
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [writer, folder, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => {
      const isFirst = !output.includes('stored');
      output += data;
      // A busy machine may take long to begin.
      if (isFirst && output.includes('stored')) {
        setTimeout(() => child.kill('SIGKILL'), (round * 37) % 400);
      }
    });
    await once(child, 'close');
    const lines = output.split('\n').slice(0, -1);
    let begun: Change | undefined;
    for (const line of lines) {
      if (line === 'stored') {
        documents = after(documents, begun!);
        begun = undefined;
        stored++;
      } else {
        begun = JSON.parse(line);
      }
    }
    const found = await documentsIn(folder);
    const allowed = [documents, ...(begun === undefined ? [] : [after(documents, begun)])].map(sorted);
    expect(allowed).toContainEqual(sorted(found));
    documents = found;
  }
  return stored;
}

const sorted = (documents: Documents) => [...documents].sort(([a], [b]) => (a < b ? -1 : 1));

async function documentsIn(folder: string): Promise<Documents> {
  expect(await checkIndexFiles(folder)).toEqual([]);
  const store = await SegmentStore.open(folder);
  try {
    const { chunks: total } = await store.facts();
    const hits = await store.nearest({ vector: new Float32Array(8), top: total + 1, rescore: 'exact' });
    const counts = new Map<string, number>();
    for (const { id, document, metadata, text } of await store.chunks(hits.map(({ ref }) => ref))) {
      expect(text.startsWith(`${document} ${metadata.version} ${Number(id.split('#')[1]) - 1} `)).toBe(true);
      counts.set(document, (counts.get(document) ?? 0) + 1);
    }
    const hashes = await store.hashes();
    expect([...counts.keys()].sort()).toEqual([...hashes.keys()].sort());
    return new Map([...hashes].map(([id, hash]) => [id, `${hash} ${counts.get(id)}`]));
  } finally {
    await store.close();
  }
}
