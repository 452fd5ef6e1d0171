/** Giving the items up is told at once, though the next one is being waited for. */
export function cancellable<T>(source: AsyncIterable<T>, cancel: () => Promise<void>): AsyncIterable<T> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => iterator.next(),
      async return() {
        await cancel();
        return { done: true, value: undefined };
      },
    }),
  };
}
