/**
 * Yields the results of jobs in their order, while the next ones are under way already: `atOnce` at a time.
 *
 * @throws what a job throws, in its turn
 */
export async function* inOrder<Result>(
  jobs: readonly (() => Promise<Result>)[],
  atOnce: number,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for (let i = 0; i < jobs.length; i++) {
    while (running.length < Math.min(jobs.length, i + atOnce)) {
      const job = jobs[running.length]();
      // An error is thrown where the job is awaited; until then it is not "unhandled".
      job.catch(() => undefined);
      running.push(job);
    }
    yield await running[i];
  }
}
