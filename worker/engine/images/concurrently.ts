/**
 * Runs a task for each item, the first ones first, so many at a time. When one fails no more are begun and the signal of
 * the others is aborted; rejects with what went wrong first, when all have ended.
 */
export async function concurrently<T, R>(
  items: readonly T[],
  limit: number,
  task: (item: T, signal: AbortSignal) => Promise<R>,
  outer?: AbortSignal,
): Promise<R[]> {
  const abort = new AbortController();
  const signal = outer === undefined ? abort.signal : AbortSignal.any([outer, abort.signal]);
  const results: R[] = [];
  const entries = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of entries) {
      signal.throwIfAborted();
      results[at] = await task(item, signal);
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    try {
      await work();
    } catch (error) {
      // Whoever is aborted for it fails after it.
      if (!abort.signal.aborted) abort.abort(error);
      throw error;
    }
  });
  const failed = (await Promise.allSettled(workers)).some(({ status }) => status === 'rejected');
  if (failed) throw abort.signal.reason;
  return results;
}
