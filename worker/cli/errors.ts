import { ApiError } from '../protocol/engine-api.ts';

/** Ends the command with an exit code and, when there is one, a text on standard error. */
export class StatusError extends Error {
  readonly code: number;
  constructor(code: number, text = '') {
    super(text);
    this.name = 'StatusError';
    this.code = code;
  }
}

/** The engine's errors are told apart from the command's own. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return `Error response from daemon: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

export function exitCode(error: unknown): number {
  return error instanceof StatusError ? error.code : 1;
}

/** Whoever asks for what is so already has it: over HTTP the answer is 304, which is no failure. */
export async function allowNotModified(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 304)) throw error;
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
