/**
 * What a generator makes of a live source. Unlike the generator alone it can be left while it waits for the source: that is
 * ended first, and so the generator comes to its own end.
 */
export function leaving<T>(
  items: AsyncGenerator<T>,
  source: { return?(): Promise<unknown> } | undefined,
): AsyncIterableIterator<T> {
  return {
    next: () => items.next(),
    async return() {
      await source?.return?.();
      return items.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
