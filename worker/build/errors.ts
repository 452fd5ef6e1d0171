import { BottleshipError, errorKind, errorMessage } from '../oci/errors.ts';

export { invalid } from '../oci/errors.ts';

/** A step that could not be done: Docker answers 500 where it has not begun to answer. */
export function internal(message: string, cause?: unknown): BottleshipError {
  return new BottleshipError('internal', message, cause === undefined ? undefined : { cause });
}

/** What is no Dockerfile at all, whatever its instructions mean: said without the line. */
export class MalformedError extends BottleshipError {
  constructor(message: string) {
    super('invalid', message);
    this.name = 'MalformedError';
  }
}

/** A command that ended with another code than 0. */
export class CommandFailed extends Error {
  readonly code: number;

  constructor(command: readonly string[], code: number) {
    super(`The command '${command.join(' ')}' returned a non-zero code: ${code}`);
    this.name = 'CommandFailed';
    this.code = code;
  }
}

/** Puts words before what an operation fails with; its kind stays. */
export async function failingWith<T>(words: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new BottleshipError(errorKind(error), `${words}: ${errorMessage(error)}`, { cause: error });
  }
}

/** What was fetched is not what it should be; BuildKit tells of it without the line that wants it. */
export class SourceFailure extends BottleshipError {}

/** No answer, or one that says no. */
export class FetchFailure extends BottleshipError {
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string, cause?: unknown) {
    super('internal', message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}
