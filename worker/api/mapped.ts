/**
 * What `change` makes of each item, without those it makes undefined of. Unlike a generator it can be left while it
 * waits for the source: `return` is the source's own.
 */
export function mapped<T, U>(source: AsyncIterable<T>, change: (item: T) => U | undefined): AsyncIterable<U> {
  return { [Symbol.asyncIterator]: () => mappedIterator(source[Symbol.asyncIterator](), change) };
}

function mappedIterator<T, U>(
  source: AsyncIterator<T>,
  change: (item: T) => U | undefined,
): AsyncIterator<U> {
  return {
    async next() {
      for (;;) {
        const item = await source.next();
        if (item.done) return { done: true, value: undefined };
        const value = change(item.value);
        if (value !== undefined) return { done: false, value };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}
