import type { ErrorKind } from '../oci/errors.ts';
import { BottleshipError, errorKind } from '../oci/errors.ts';
import { ApiError } from '../protocol/engine-api.ts';

/** https://github.com/moby/moby/blob/v28.5.2/api/server/httpstatus/status.go */
const statuses: Readonly<Record<ErrorKind, number>> = {
  'not-found': 404,
  conflict: 409,
  invalid: 400,
  'not-modified': 304,
  forbidden: 403,
  'not-implemented': 501,
  unavailable: 503,
  internal: 500,
};

/** The engine's one edge: what any of its modules has thrown, as the Engine API's error. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(statuses[errorKind(error)], error instanceof Error ? error.message : String(error));
}

export const notFound = make('not-found');
export const forbidden = make('forbidden');
export const conflict = make('conflict');
export const notModified = make('not-modified');
export const notImplemented = make('not-implemented');
export const internal = make('internal');
export const unavailable = make('unavailable');
export { invalid } from '../oci/errors.ts';

/** Puts words before what an operation fails with. */
export async function prefixed<T>(words: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw withPrefix(words, error);
  }
}

export function withPrefix(words: string, error: unknown): BottleshipError {
  const text = error instanceof Error ? error.message : String(error);
  return new BottleshipError(errorKind(error), `${words}: ${text}`, { cause: error });
}

/** An error of another kind becomes the engine's own, with words before it: Docker forgets the kind there. */
export async function prefixedInternal<T>(words: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw internal(withPrefix(words, error).message, error);
  }
}

function make(kind: ErrorKind): (message: string, cause?: unknown) => BottleshipError {
  return (message, cause) => new BottleshipError(kind, message, cause === undefined ? undefined : { cause });
}
