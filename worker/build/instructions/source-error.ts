import { BottleshipError, errorMessage } from '../../oci/errors.ts';
import type { Lines } from './instruction.ts';

/** What is wrong with a place of a Dockerfile. */
export class SourceError extends BottleshipError {
  readonly lines: Lines;

  constructor(message: string, lines: Lines, cause?: unknown) {
    super('invalid', message, cause === undefined ? undefined : { cause });
    this.name = 'SourceError';
    this.lines = lines;
  }
}

/** Adds the place to what an operation throws; the innermost place counts. */
export function atLines<T>(lines: Lines | undefined, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (lines === undefined || error instanceof SourceError) throw error;
    throw new SourceError(errorMessage(error), lines, error);
  }
}
