import { expect, test } from 'vitest';
import type { ClientConfig } from '../client-config.ts';
import type { EngineApi, SolveStatus } from '../../protocol/engine-api.ts';
import { finished } from './finish.ts';

/** Nothing is to be done after the build. */
const finish = (gone: AbortSignal) => ({
  engine: {} as EngineApi,
  config: {} as ClientConfig,
  gone,
  pushed: [],
  hasMetadata: false,
  onPushed: () => undefined,
});

/** A build that says one thing and then nothing, until it is given up. */
class Silent implements AsyncIterableIterator<SolveStatus> {
  isGivenUp = false;
  #hasSpoken = false;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<SolveStatus>> {
    if (this.#hasSpoken) return new Promise(() => undefined);
    this.#hasSpoken = true;
    return Promise.resolve({ done: false, value: { logs: [] } });
  }

  return(): Promise<IteratorResult<SolveStatus>> {
    this.isGivenUp = true;
    return Promise.resolve({ done: true, value: undefined });
  }
}

test('a message is passed on as it comes, not when the next one has', async () => {
  const statuses = finished(new Silent(), finish(new AbortController().signal));
  expect(await statuses.next()).toEqual({ done: false, value: { logs: [] } });
});

test('a build that says nothing is given up when nobody wants it any more', async () => {
  const gone = new AbortController();
  const build = new Silent();
  const statuses = finished(build, finish(gone.signal));
  await statuses.next();
  const end = statuses.next();
  gone.abort();
  expect(await end).toMatchObject({ done: true });
  expect(build.isGivenUp).toBe(true);
});
