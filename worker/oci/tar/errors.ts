import { BottleshipError, invalid } from '../errors.ts';

/** A header that cannot be, in Go's words, which are Docker's. `why` is for those who debug. */
export function invalidHeader(why: string): BottleshipError {
  return new BottleshipError('invalid', 'archive/tar: invalid tar header', { cause: new Error(why) });
}

/** An archive that has ended before its end. */
export function unexpectedEnd(): BottleshipError {
  return invalid('unexpected EOF');
}
