import { ApiError, type EngineApi } from '../../protocol/engine-api.ts';
import { empty, type Reply } from '../http/reply.ts';
import type { Call } from '../route.ts';

/** How to end the builds of an engine that have been given an ID, by that. */
const running = new WeakMap<EngineApi, Map<string, () => unknown>>();

/** `POST /build/cancel`. A build that is over, or was never there, is cancelled as well as any. */
export function cancelBuild({ engine, form }: Call): Promise<Reply> {
  const id = form.get('id');
  if (id === '') throw new ApiError(400, 'build ID not provided');
  running.get(engine)?.get(id)?.();
  return Promise.resolve(empty(200));
}

/** The same items, which `POST /build/cancel` with this ID puts an end to. */
export function cancellableAs<T>(engine: EngineApi, id: string, items: AsyncIterable<T>): AsyncIterable<T> {
  if (id === '') return items;
  const builds = running.get(engine) ?? new Map<string, () => unknown>();
  running.set(engine, builds);
  const iterator = items[Symbol.asyncIterator]();
  builds.set(id, () => iterator.return?.());
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const item = await iterator.next();
        if (item.done) builds.delete(id);
        return item;
      },
      async return() {
        builds.delete(id);
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
