import { callFixedSize, maxMessage } from '../protocol/cli.ts';
import { kept } from './relay-calls.ts';
import type { CallAnswer, CallArgument, CallOptions, RelayCalls } from './relay-calls.ts';
import type { TreeSource } from './relay-walk.ts';
import { FileError } from './session.ts';
import type { FileMaker } from './session.ts';
import {
  deviceNumber,
  encodeTimes,
  kindOf,
  noFollow,
  openFlag,
  syscall,
  workingDirectory,
} from './syscalls.ts';
import type { EntryKind, Instant } from './syscalls.ts';

const mostWritten = maxMessage - callFixedSize;
const createFlags = openFlag.writeOnly | openFlag.create | openFlag.largeFile | openFlag.closeOnExec;
const shortWrite = 28;

/**
 * Makes files with chained calls, which are sent without waiting for answers: the program makes none after one that has
 * failed, and the failure is known when its answer has come.
 */
export class RelayFileMaker implements FileMaker {
  readonly #calls: RelayCalls;
  readonly #looking: Pick<TreeSource, 'list'>;
  #failure: Error | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(calls: RelayCalls, looking: Pick<TreeSource, 'list'>) {
    this.#calls = calls;
    this.#looking = looking;
  }

  directory(path: string, mode: number): Promise<void> {
    return this.#step('mkdir', path, syscall.mkdir, [path, mode]);
  }

  async file(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#step('open', path, syscall.open, [path, createFlags, mode], { keep: true });
    for await (const chunk of content) {
      for (let at = 0; at < chunk.length; at += mostWritten) {
        const part = chunk.subarray(at, at + mostWritten);
        await this.#step('write', path, syscall.write, [kept, part, part.length], {}, part.length);
      }
    }
    await this.#step('close', path, syscall.close, [kept]);
  }

  symbolicLink(target: string, path: string): Promise<void> {
    return this.#step(`symlink ${target}`, path, syscall.symlink, [target, path]);
  }

  hardLink(existing: string, path: string): Promise<void> {
    return this.#step(`link ${existing}`, path, syscall.link, [existing, path]);
  }

  node(path: string, mode: number, major: number, minor: number): Promise<void> {
    return this.#step('mknod', path, syscall.mknod, [path, mode, deviceNumber(major, minor)]);
  }

  attribute(path: string, name: string, value: Uint8Array): Promise<void> {
    return this.#step('lsetxattr', path, syscall.lsetxattr, [path, name, value, value.length, 0]);
  }

  mode(path: string, mode: number): Promise<void> {
    return this.#step('chmod', path, syscall.chmod, [path, mode]);
  }

  times(path: string, time: Instant): Promise<void> {
    const args = [workingDirectory, path, encodeTimes(time), noFollow];
    return this.#step('chtimes', path, syscall.utimensat, args);
  }

  unlink(path: string): Promise<void> {
    return this.#step('unlink', path, syscall.unlink, [path]);
  }

  async entries(path: string): Promise<ReadonlyMap<string, EntryKind>> {
    const listed = await this.#looking.list(path, { capabilities: false, follow: true });
    this.#check();
    return new Map(listed.map(({ name, stat }) => [name, kindOf(stat)]));
  }

  async finish(): Promise<void> {
    await this.#last;
    this.#check();
  }

  async #step(
    operation: string,
    path: string,
    number: number,
    args: readonly CallArgument[],
    options: CallOptions = {},
    wanted = 0,
  ): Promise<void> {
    this.#check();
    const { sent, answer } = this.#calls.call(number, args, { ...options, chained: true });
    this.#last = answer.then((came) => this.#note(operation, path, came, wanted));
    await sent;
  }

  #note(operation: string, path: string, { result }: CallAnswer, wanted: number): void {
    const error = result < 0 ? -result : result < wanted ? shortWrite : 0;
    if (error !== 0) this.#failure ??= new FileError(operation, path, error);
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }
}
