import { reasonOf } from '../base/index.js';
import { Embedder } from '../embed/index.js';
import type { Trial, TrialResult } from './isolate.js';
import { openJob } from './job.js';
import { openShard } from './shard-source.js';

/** The program of a process that embeds rows for the sake of seeing whether it survives. */

let loaded: Embedder | undefined;

async function reasonOfFailure({ job, shard, model, start, end }: Trial): Promise<string | undefined> {
  try {
    const opened = await openJob(job);
    loaded ??= await Embedder.load(model.path, model.options);
    const { source } = await openShard(opened, shard);
    const chosen = async function* () {
      let row = 0;
      for await (const { text } of source.records) {
        if (row >= start && row < end) {
          yield text;
        }
        row++;
      }
    };
    for await (const _ of loaded.stream(chosen(), { onError: 'skip' })) {
      // The vectors are not wanted.
    }
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

process.on('message', async (trial: Trial) => {
  const result: TrialResult = { reason: await reasonOfFailure(trial) };
  process.send?.(result);
});
process.on('disconnect', () => process.exit());
