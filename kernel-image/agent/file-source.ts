import { frameType, initialWindow, maxPayload } from '../../worker/protocol/frame.ts';
import type { Channel } from './channel.ts';
import { close } from './kernel/files.ts';
import { nr } from './kernel/numbers.ts';

/** Sends files, one after the other, as a stream's bytes: as far as the worker has granted, and as long as they were at the beginning. */
export class FileSource {
  readonly #channel: Channel;
  readonly #id: number;
  readonly #files: File[];
  #credit = initialWindow;

  /** Takes over the descriptors. */
  constructor(channel: Channel, id: number, files: readonly number[]) {
    this.#channel = channel;
    this.#id = id;
    this.#files = files.map((fd) => ({ fd, left: sizeOf(fd) }));
  }

  /** Sends what goes. @returns whether that was all */
  send(): boolean {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      if (file.left > 0 && this.#credit <= 0) return false;
      if (file.left > 0 && this.#sendSome(file)) continue;
      close(file.fd);
      this.#files.shift();
    }
    this.#channel.send(frameType.end, this.#id, empty);
    return true;
  }

  grant(bytes: number): void {
    this.#credit += bytes;
  }

  drop(): void {
    for (const { fd } of this.#files.splice(0)) close(fd);
  }

  /** @returns whether there was anything, in a file that may have become shorter */
  #sendSome(file: File): boolean {
    const space = this.#channel.reserve(Math.min(file.left, this.#credit, maxPayload));
    const got = syscall(nr.read, file.fd, space, space.length);
    if (got <= 0) return false;
    this.#channel.commit(frameType.data, this.#id, got);
    file.left -= got;
    this.#credit -= got;
    return true;
  }
}

interface File {
  readonly fd: number;
  /** Bytes that have not been sent. */
  left: number;
}

const SEEK_SET = 0;
const SEEK_END = 2;

/** Files of more than 2 GB are cut there. */
function sizeOf(fd: number): number {
  const size = syscall(nr.lseek, fd, 0, SEEK_END);
  syscall(nr.lseek, fd, 0, SEEK_SET);
  return Math.max(0, size);
}

const empty = new Uint8Array(0);
