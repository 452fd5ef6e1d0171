import type { TerminalSize } from '../protocol/agent.ts';
import type { Sink } from '../protocol/engine-api.ts';

export type Unsubscribe = () => void;

/**
 * Where the command was typed: its arguments, its streams and the terminal, seen from the command. Lives for one
 * command. Once the client is gone (`gone`) writing rejects and standard input ends.
 */
export interface ClientSession {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Which streams are terminals. */
  readonly tty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Of the terminal as it is now; undefined where there is none. */
  readonly size: TerminalSize | undefined;
  onResize(listener: () => void): Unsubscribe;
  /** Nothing is read before the first chunk is asked for, and only so much ahead as a window holds after that. One reader. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Raw mode of the terminal on standard input. The client leaves it by itself when it ends. */
  setRaw(on: boolean): Promise<void>;
  /** While anybody listens, signals are told (by number) and do not end the client. */
  onSignal(listener: (signal: number) => void): Unsubscribe;
  readonly files: ClientFiles;
  /** Aborted when the client has ended or was lost; nobody hears the command any more. */
  readonly gone: AbortSignal;
}

/** The client's files. Relative paths are relative to its working directory. Reject with {@link FileError}. */
export interface ClientFiles {
  read(path: string): Promise<Uint8Array>;
  /** Creates the file or empties it. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Its bytes, read as they are asked for; rejects when it cannot be opened. */
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Worded as Go words it: `open /x: no such file or directory`. */
export class FileError extends Error {
  readonly errno: number;
  constructor(operation: string, path: string, errno: number) {
    super(`${operation} ${path}: ${errorText[errno] ?? `errno ${errno}`}`);
    this.name = 'FileError';
    this.errno = errno;
  }
}

const errorText: Record<number, string> = {
  1: 'operation not permitted',
  2: 'no such file or directory',
  5: 'input/output error',
  13: 'permission denied',
  17: 'file exists',
  20: 'not a directory',
  21: 'is a directory',
  24: 'too many open files',
  28: 'no space left on device',
  30: 'read-only file system',
  36: 'file name too long',
  40: 'too many levels of symbolic links',
};
