import { expose, releaseProxy, wrap } from 'comlink';
import type { Sink } from '../protocol/engine-api.ts';

/** In place of what cannot be cloned, and where it is to be had. */
interface Stub {
  readonly $remote: 'iterable' | 'sink' | 'promise';
  readonly port: MessagePort;
}

interface RemoteIterator {
  next(): Promise<IteratorResult<unknown>>;
  leave(): Promise<void>;
}

interface RemotePromise {
  settled(): Promise<unknown>;
}

/** A value that can be posted, and the ports that must go with it. */
export interface Packed {
  readonly value: unknown;
  readonly ports: MessagePort[];
}

/** Async iterables, sinks and promises in the value, and in what it holds, become ports; the rest is left to be cloned. */
export function pack(value: unknown): Packed {
  const ports: MessagePort[] = [];
  return { value: packInto(ports, value), ports };
}

/** What `pack` has made of a value on the other side. */
export function unpack(value: unknown): unknown {
  if (isStub(value)) return restored[value.$remote](value.port);
  if (Array.isArray(value)) return value.map(unpack);
  return isPlain(value) ? mapObject(value, unpack) : value;
}

function packInto(ports: MessagePort[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => packInto(ports, item));
  if (isIterable(value)) return stub(ports, 'iterable', iteratorOf(value));
  if (value instanceof Promise) return stub(ports, 'promise', { settled: () => value });
  // A way out of a wait stays where it is.
  if (typeof value === 'function') return undefined;
  if (isSink(value))
    return stub(ports, 'sink', {
      write: (bytes: Uint8Array) => value.write(bytes),
      close: () => value.close(),
    });
  return isPlain(value) ? mapObject(value, (item) => packInto(ports, item)) : value;
}

function stub(ports: MessagePort[], kind: Stub['$remote'], target: object): Stub {
  const { port1, port2 } = new MessageChannel();
  expose(target, port1);
  ports.push(port2);
  return { $remote: kind, port: port2 };
}

function iteratorOf(source: AsyncIterable<unknown>): RemoteIterator {
  const items = source[Symbol.asyncIterator]();
  return {
    next: () => items.next(),
    leave: async () => {
      await items.return?.();
    },
  };
}

const restored: Readonly<Record<Stub['$remote'], (port: MessagePort) => unknown>> = {
  iterable: remoteIterable,
  sink: (port) => {
    const sink = wrap<Sink>(port);
    return { write: (bytes: Uint8Array) => sink.write(bytes), close: () => sink.close() } satisfies Sink;
  },
  promise: async (port) => {
    const promise = wrap<RemotePromise>(port);
    try {
      return await promise.settled();
    } finally {
      promise[releaseProxy]();
    }
  },
};

/** May be iterated once, and left at any time: the source is told at once, and what was asked for has ended. */
function remoteIterable(port: MessagePort): AsyncIterable<unknown> {
  const remote = wrap<RemoteIterator>(port);
  const over: IteratorResult<unknown> = { done: true, value: undefined };
  let leave!: () => void;
  const left = new Promise<typeof over>((resolve) => (leave = () => resolve(over)));
  let isOver = false;
  const iterator: AsyncIterator<unknown> = {
    async next() {
      if (isOver) return over;
      const item = await Promise.race([remote.next(), left]);
      if (item.done && !isOver) {
        isOver = true;
        remote[releaseProxy]();
      }
      return item;
    },
    async return() {
      if (isOver) return over;
      isOver = true;
      leave();
      await remote.leave();
      remote[releaseProxy]();
      return over;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function mapObject(value: object, change: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]));
}

function isStub(value: unknown): value is Stub {
  return isPlain(value) && '$remote' in value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isSink(value: unknown): value is Sink {
  return typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function';
}
