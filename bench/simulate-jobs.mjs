/**
 * Simulates a job on more machines than there are: node bench/simulate-jobs.mjs [--rows 1e9] [--workers 1000]
 *   [--rows-per-shard 100000] [--rate 400] [--spread 0.3] [--failures 0.05] [--stragglers 0.01] [--price 0.10]
 *   [--commit-ms 60] [--queue-ms 1] [--dimensions 384] [--bandwidth 5e9] [--arrival 30] [--seed 1] [--job folder]
 *
 * `rate`: rows a second of one worker, as `octavec jobs status` measures it. `spread`: standard deviation of the logarithm of
 * what shards take. `failures`: how often a worker is lost an hour. `stragglers`: share of shards that take five times as
 * long. The queue hands out one shard at a time (`queue-ms`), a commit takes its time (`commit-ms`), and all workers share the
 * way to the storage (`bandwidth`, bytes a second). Workers come within `arrival` seconds. Prints time, waste and cost, and
 * what limits.
 *
 * `job`: a finished job in a folder. Its commit records give rows, workers, and what its shards took one by one; the simulation
 * gives those times to its shards in another order, twenty times, and what comes out stands beside what really was.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: Object.fromEntries(
    Object.entries({
      ...{ rows: '1e9', workers: '1000', 'rows-per-shard': '100000', rate: '400', spread: '0.3', failures: '0.05' },
      ...{ stragglers: '0.01', price: '0.10', 'commit-ms': '60', 'queue-ms': '1', dimensions: '384' },
      ...{ bandwidth: '5e9', arrival: '30', seed: '1', job: '' },
    }).map(([name, value]) => [name, { type: 'string', default: value }]),
  ),
});
const setting = (name) => Number(values[name]);

/** Numbers between 0 and 1 from a seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomFrom(setting('seed'));
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A binary heap of events by time. */
class Events {
  #heap = [];
  get size() {
    return this.#heap.length;
  }
  push(event) {
    const heap = this.#heap;
    heap.push(event);
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (heap[parent].time <= heap[i].time) break;
      [heap[parent], heap[i]] = [heap[i], heap[parent]];
      i = parent;
    }
  }
  pop() {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length > 0) {
      heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < heap.length && heap[left].time < heap[least].time) least = left;
        if (right < heap.length && heap[right].time < heap[least].time) least = right;
        if (least === i) break;
        [heap[least], heap[i]] = [heap[i], heap[least]];
        i = least;
      }
    }
    return first;
  }
}

/** Records of a job that was really done: rows and seconds of each shard, and its time from the first begin to the last commit. */
function measuredJob(folder) {
  const commits = readdirSync(join(folder, '_commits')).map((name) =>
    JSON.parse(readFileSync(join(folder, '_commits', name), 'utf8')),
  );
  const ends = commits.map(({ at }) => Date.parse(at) / 1000);
  const begin = Math.min(...commits.map(({ seconds }, i) => ends[i] - seconds));
  return {
    rows: commits.reduce((sum, { rows }) => sum + rows, 0),
    seconds: commits.map(({ seconds }) => seconds),
    workers: new Set(commits.map(({ worker }) => worker)).size,
    elapsed: Math.max(...ends) - begin,
  };
}

/** Seconds that a queue needs to see that a worker is gone: its lock runs out, and the next look finds it. */
const detection = 30 + 7.5;
const restart = 60;

/**
 * One run. `secondsOf` says what a shard takes that is not lost.
 */
function simulate({ shards, rowsPerShard, workers, arrival, secondsOf }) {
  const bytesPerShard = rowsPerShard * setting('dimensions') * 4;
  let waiting = shards;
  let done = 0;
  let queueFree = 0;
  let wireFree = 0;
  let queueBusy = 0;
  let wireBusy = 0;
  let work = 0;
  let wasted = 0;
  let end = 0;
  const events = new Events();

  /** A worker takes a shard, when the queue has time for it. */
  function take(time) {
    const start = Math.max(time, queueFree);
    queueFree = start + setting('queue-ms') / 1000;
    queueBusy += setting('queue-ms') / 1000;
    waiting--;
    const seconds = secondsOf(shards - waiting - 1);
    const untilLost = -Math.log(1 - random()) * (3600 / setting('failures'));
    const isLost = untilLost < seconds;
    events.push({ time: queueFree + (isLost ? untilLost : seconds), start, kind: isLost ? 'lost' : 'embedded' });
  }

  for (let worker = 0; worker < workers && waiting > 0; worker++) {
    // Machines do not come all at once.
    events.push({ time: random() * arrival, kind: 'ready' });
  }
  while (done < shards) {
    const { time, kind, start } = events.pop();
    if (kind === 'embedded') {
      const begin = Math.max(time, wireFree);
      const transfer = bytesPerShard / setting('bandwidth');
      wireFree = begin + transfer;
      wireBusy += transfer;
      events.push({ time: wireFree + setting('commit-ms') / 1000, start, kind: 'committed' });
    } else if (kind === 'lost') {
      work += time - start;
      wasted += time - start;
      events.push({ time: time + detection, kind: 'handed back' });
      events.push({ time: time + restart, kind: 'ready' });
    } else if (kind === 'handed back') {
      waiting++;
      // An idle worker would have taken it: one is woken.
      events.push({ time, kind: 'ready', isWoken: true });
    } else {
      if (kind === 'committed') {
        done++;
        work += time - start;
        end = time;
      }
      if (waiting > 0) take(time);
    }
  }
  return { end, work, wasted, queueBusy, wireBusy };
}

if (values.job !== '') {
  compareWith(measuredJob(values.job));
} else {
  predict();
}

function compareWith({ rows, seconds, workers, elapsed }) {
  const shuffled = () => seconds.map((each) => [random(), each]).sort(([a], [b]) => a - b);
  const ends = Array.from({ length: 20 }, () => {
    const order = shuffled();
    // What a record says includes the way to the storage and the queue's answer.
    const secondsOf = (shard) => order[shard % order.length][1];
    const rowsPerShard = rows / seconds.length;
    return simulate({ shards: seconds.length, rowsPerShard, workers, arrival: 0, secondsOf }).end;
  }).sort((a, b) => a - b);
  const sum = seconds.reduce((total, each) => total + each, 0);
  console.log(`${seconds.length} shards of ${Math.round(rows / seconds.length)} rows, ${workers} workers`);
  console.log(`real      ${elapsed.toFixed(1)} s, workers busy ${((100 * sum) / elapsed / workers).toFixed(1)} %`);
  console.log(`simulated ${ends[10].toFixed(1)} s (${ends[0].toFixed(1)} to ${ends[19].toFixed(1)} of 20 orders)`);
  console.log(`off by    ${(100 * (ends[10] / elapsed - 1)).toFixed(1)} %`);
}

function predict() {
  const shards = Math.ceil(setting('rows') / setting('rows-per-shard'));
  const rowsPerShard = setting('rows') / shards;
  const secondsOf = () => {
    const slow = random() < setting('stragglers') ? 5 : 1;
    return (rowsPerShard / setting('rate')) * slow * Math.exp(setting('spread') * normal());
  };
  const outcome = simulate({
    ...{ shards, rowsPerShard, secondsOf },
    ...{ workers: setting('workers'), arrival: setting('arrival') },
  });
  const { end, work, wasted } = outcome;
  const hours = end / 3600;
  const ideal = setting('rows') / setting('rate') / setting('workers');
  const shown = (seconds) => (seconds < 3600 ? `${seconds.toFixed(1)} s` : `${(seconds / 3600).toFixed(2)} h`);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const limits = {
    'the queue': outcome.queueBusy / end,
    'the way to the storage': outcome.wireBusy / end,
    'the workers': work / (end * setting('workers')),
  };
  const [[limit]] = Object.entries(limits).sort(([, a], [, b]) => b - a);
  console.log(
    `${shards} shards of ${Math.round(rowsPerShard)} rows, ${setting('workers')} workers at ${setting('rate')} rows/s`,
  );
  console.log(`time      ${shown(end)} (without failures, stragglers and waiting: ${shown(ideal)})`);
  console.log(
    `cost      ${(hours * setting('workers') * setting('price')).toFixed(2)} for ${setting('price')} an hour`,
  );
  console.log(`wasted    ${percent(wasted / work)} of the work, by workers that were lost`);
  for (const [name, share] of Object.entries(limits)) {
    console.log(`busy      ${percent(share).padStart(7)}  ${name}`);
  }
  console.log(`limit     ${limit}`);
}
