/**
 * A value now, or a promise of it. Nothing that is there now goes through a promise: the guest waits for every answer,
 * and a microtask is a turn lost.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Tells a promise from a value. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}

/** Goes on with a value as soon as it is there: at once, or when its promise is kept. */
export function andThen<T, U>(value: MaybePromise<T>, use: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(use) : use(value);
}
