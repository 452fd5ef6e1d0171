import { callFixedSize, maxFilled, maxMessage, programCall } from '../protocol/cli.ts';
import { kept } from './relay-calls.ts';
import type { CallAnswer, CallArgument, RelayCalls } from './relay-calls.ts';
import { RelayFileMaker } from './relay-file-maker.ts';
import { decodeContents, decodeListed, encodeRequests } from './relay-records.ts';
import type { FileContents, ListedEntry, SizedFile } from './relay-records.ts';
import { listTree, readFiles, walkTree } from './relay-walk.ts';
import type { ListOptions, TreeSource } from './relay-walk.ts';
import { FileError } from './session.ts';
import type { ClientFiles, FileMaker, ListedFile, WalkedFile, WalkOptions } from './session.ts';
import {
  basicStats,
  decodeStat,
  noFollow,
  openFlag,
  statSize,
  syscall,
  workingDirectory,
} from './syscalls.ts';
import type { FileStat } from './syscalls.ts';
import { decodeText } from './text.ts';
import { concat } from '../oci/bytes.ts';

const longestLink = 4096;
const noSuchFile = 2;
const noData = 61;
const notSupported = 95;
/** Reads of one file that are under way at a time. */
const readAhead = 8;
const readFlags = openFlag.largeFile | openFlag.closeOnExec;
const writeFlags = openFlag.writeOnly | openFlag.create | openFlag.truncate | readFlags;
const mostWritten = maxMessage - callFixedSize;

/** The files of the client's program. */
export class RelayFiles implements ClientFiles, TreeSource {
  readonly #calls: RelayCalls;

  constructor(calls: RelayCalls) {
    this.#calls = calls;
  }

  async read(path: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.open(path)) chunks.push(chunk);
    return concat(chunks);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#result('open', path, syscall.open, [path, writeFlags, 0o644]);
    try {
      for (let offset = 0; offset < bytes.length;) {
        const part = bytes.subarray(offset, offset + mostWritten);
        offset += await this.#result('write', path, syscall.write, [file, part, part.length]);
      }
    } finally {
      await this.#ask(syscall.close, [file]);
    }
  }

  async exists(path: string): Promise<boolean> {
    return (await this.stat(path)) !== undefined;
  }

  async open(path: string): Promise<AsyncIterable<Uint8Array>> {
    const file = await this.#result('open', path, syscall.open, [path, readFlags, 0]);
    return this.#chunks(file, path);
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#statx('stat', path, 0);
  }

  lstat(path: string): Promise<FileStat | undefined> {
    return this.#statx('lstat', path, noFollow);
  }

  async readLink(path: string): Promise<string> {
    const answer = await this.#ask(syscall.readlink, [path, { filled: longestLink }, longestLink]);
    return decodeText(check('readlink', path, answer).bytes);
  }

  async rename(from: string, to: string): Promise<void> {
    const { result } = await this.#ask(syscall.rename, [from, to]);
    if (result < 0) throw new FileError(`rename ${from}`, to, -result);
  }

  walk(path: string, options?: WalkOptions): AsyncIterable<WalkedFile> {
    return walkTree(this, path, options);
  }

  listAll(path: string, enters?: (directory: string) => boolean): AsyncIterable<ListedFile> {
    return listTree(this, path, enters);
  }

  readAll(files: readonly SizedFile[]): AsyncIterable<AsyncIterable<Uint8Array>> {
    return readFiles(this, files);
  }

  maker(): FileMaker {
    return new RelayFileMaker(this.#calls, this);
  }

  #ask(number: number, args: readonly CallArgument[]): Promise<CallAnswer> {
    return this.#calls.call(number, args).answer;
  }

  async list(path: string, { capabilities, follow }: ListOptions): Promise<ListedEntry[]> {
    const flags = readFlags | openFlag.directory | (follow ? 0 : openFlag.noFollow);
    const opened = this.#calls.call(syscall.open, [path, flags, 0], { keep: true }).answer;
    const more = (file: number | typeof kept) =>
      this.#ask(programCall.list, [file, capabilities ? path : '', { filled: maxFilled }, maxFilled]);
    const parts = [more(kept), more(kept)];
    const file = check('open', path, await opened).result;
    const found: ListedEntry[] = [];
    try {
      for (let part = parts.shift(); part; part = parts.shift()) {
        const { bytes } = check('readdirent', path, await part);
        found.push(...decodeListed(bytes));
        if (bytes.length > 0) parts.push(more(file));
      }
    } finally {
      void this.#ask(syscall.close, [file]);
    }
    return found;
  }

  async contents(files: readonly SizedFile[]): Promise<FileContents[]> {
    const requests = encodeRequests(files);
    const args = [requests, files.length, { filled: maxFilled }, maxFilled];
    const answer = check('read', files[0]?.path ?? '', await this.#ask(programCall.contents, args));
    return decodeContents(answer.bytes, files.length);
  }

  async capability(path: string): Promise<Uint8Array | undefined> {
    const answer = await this.#ask(syscall.lgetxattr, [path, 'security.capability', { filled: 256 }, 256]);
    if (answer.result >= 0) return answer.bytes;
    if (answer.result === -noData || answer.result === -notSupported) return undefined;
    throw new FileError('lgetxattr', path, -answer.result);
  }

  async #statx(operation: string, path: string, flags: number): Promise<FileStat | undefined> {
    const args = [workingDirectory, path, flags, basicStats, { whole: statSize }];
    const answer = await this.#ask(syscall.statx, args);
    if (answer.result === -noSuchFile) return undefined;
    return decodeStat(check(operation, path, answer).bytes);
  }

  async #result(operation: string, path: string, number: number, args: CallArgument[]): Promise<number> {
    return check(operation, path, await this.#ask(number, args)).result;
  }

  async *#chunks(file: number, path: string): AsyncGenerator<Uint8Array> {
    const reads: Promise<CallAnswer>[] = [];
    const ahead = () => reads.push(this.#ask(syscall.read, [file, { filled: maxFilled }, maxFilled]));
    try {
      ahead();
      for (;;) {
        const answer = await reads.shift();
        const bytes = answer && check('read', path, answer).bytes;
        if (!bytes || bytes.length === 0) return;
        while (reads.length < readAhead) ahead();
        yield bytes;
      }
    } finally {
      await this.#ask(syscall.close, [file]);
    }
  }
}

/** @throws FileError */
function check(operation: string, path: string, answer: CallAnswer): CallAnswer {
  if (answer.result < 0) throw new FileError(operation, path, -answer.result);
  return answer;
}
