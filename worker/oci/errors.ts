/**
 * The one error taxonomy of the engine. Every edge maps the kind outward once: to an HTTP status, a 9P errno, the
 * command's text and exit code. The kinds are containerd's and moby's error classes.
 */
export const errorKinds = [
  'not-found',
  'conflict',
  'invalid',
  'not-modified',
  'forbidden',
  'not-implemented',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** An error whose message is fit to be shown to the user and whose kind says what the caller may do about it. */
export class BottleshipError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BottleshipError';
    this.kind = kind;
  }
}

/** The kind of any thrown value; what is not ours is internal. */
export function errorKind(error: unknown): ErrorKind {
  return error instanceof BottleshipError ? error.kind : 'internal';
}

/** The message of any thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** An `invalid` error: input that does not say what its format demands. */
export function invalid(message: string): BottleshipError {
  return new BottleshipError('invalid', message);
}
