/**
 * Waits for a promise, for no longer than `most`.
 *
 * @param most milliseconds
 * @throws Error where it does not come in time; what the signal says
 */
export async function arrival<Value>(coming: Promise<Value>, most: number, signal?: AbortSignal): Promise<Value> {
  let stop: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no bytes within ${most / 1000} s`)), most);
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    stop();
  }
}
