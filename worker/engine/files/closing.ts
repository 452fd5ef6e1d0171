/**
 * An archive that is read from something which must be closed: at its end, when it fails, and when its reader gives it up,
 * even before it has read anything (a generator's `finally` would not see that). `atEnd` is called once it was read whole.
 */
export function closing(
  source: { close(): Promise<void> },
  tar: AsyncGenerator<Uint8Array>,
  atEnd: () => void = () => undefined,
): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      try {
        const { done, value } = await tar.next();
        if (!done) return { done: false, value };
      } catch (error) {
        await source.close();
        throw error;
      }
      await source.close();
      atEnd();
      return { done: true, value: undefined };
    },
    async return() {
      await source.close();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
