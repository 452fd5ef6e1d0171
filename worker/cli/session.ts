import type { TerminalSize } from '../protocol/agent.ts';
import type { Sink } from '../protocol/engine-api.ts';
import type { NearFiles } from '../protocol/near-files.ts';
import type { EntryKind, FileStat, Instant } from './syscalls.ts';
import { errnoText } from '../go/errno.ts';

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
  /** Those of the client's files that are had on this side, too. */
  readonly near?: NearFiles | undefined;
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
  /** What is there, links followed; undefined when nothing is. */
  stat(path: string): Promise<FileStat | undefined>;
  /** What is there, a link for itself; undefined when nothing is. */
  lstat(path: string): Promise<FileStat | undefined>;
  readLink(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  /**
   * What is at a path and all that is below it: a directory before its contents, those in the order of their names. What
   * goes while it is walked is left out.
   */
  walk(path: string, options?: WalkOptions): AsyncIterable<WalkedFile>;
  /** The same without contents and capabilities. */
  listAll(path: string, enters?: (directory: string) => boolean): AsyncIterable<ListedFile>;
  /** The contents of regular files, in this order; what has gone or has become shorter rejects when it is read. */
  readAll(
    files: readonly { readonly path: string; readonly size: number }[],
  ): AsyncIterable<AsyncIterable<Uint8Array>>;
  /** For making many files. One at a time. */
  maker(): FileMaker;
}

export interface WalkOptions {
  /** Nothing of a directory that this says no to. */
  readonly enters?: (directory: string) => boolean;
  /** Nor the contents of a file. */
  readonly reads?: (file: string) => boolean;
}

/** What a list has. */
export interface ListedFile {
  readonly path: string;
  readonly stat: FileStat;
  /** Of a symbolic link. */
  readonly target: string;
}

/** What a walk comes by. */
export interface WalkedFile extends ListedFile {
  /** `security.capability` of a regular file, where it has it. */
  readonly capability: Uint8Array | undefined;
  /** Of a regular file, as many bytes as its size says, or none where nobody wants them. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Makes files, each step after the one before; a step may resolve before it is done, and none is begun after one that
 * has failed. The failure rejects a later step, or `finish`.
 */
export interface FileMaker {
  directory(path: string, mode: number): Promise<void>;
  /** Makes a file, or writes from the beginning of one that is there. */
  file(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void>;
  symbolicLink(target: string, path: string): Promise<void>;
  hardLink(existing: string, path: string): Promise<void>;
  /** A device or a FIFO, by the type in its mode. */
  node(path: string, mode: number, major: number, minor: number): Promise<void>;
  attribute(path: string, name: string, value: Uint8Array): Promise<void>;
  mode(path: string, mode: number): Promise<void>;
  /** Of access and modification; of a link itself. */
  times(path: string, time: Instant): Promise<void>;
  /** What is no directory. */
  unlink(path: string): Promise<void>;
  /** What is in a directory after the steps before. */
  entries(path: string): Promise<ReadonlyMap<string, EntryKind>>;
  finish(): Promise<void>;
}

/** Worded as Go words it: `open /x: no such file or directory`. */
export class FileError extends Error {
  readonly errno: number;
  constructor(operation: string, path: string, errno: number) {
    super(`${operation} ${path}: ${errnoText(errno)}`);
    this.name = 'FileError';
    this.errno = errno;
  }
}
