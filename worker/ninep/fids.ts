import { NinepError } from './errno.ts';
import type { File } from './file.ts';

/** A file and how it was reached: the server itself knows what `..` is, no backend has to. */
export interface Node {
  readonly file: File;
  /** Undefined for a root, whose `..` is itself. */
  readonly parent: Node | undefined;
}

/** What a fid stands for. A fid with `xattr` is one that Txattrwalk made: it can only be read and clunked. */
export interface Fid {
  readonly node: Node;
  /** The flags of Tlopen; undefined before it. */
  flags: number | undefined;
  readonly xattr?: Uint8Array;
}

/** The fids of one connection. */
export class FidTable {
  readonly #fids = new Map<number, Fid>();

  get size(): number {
    return this.#fids.size;
  }

  /** Fails with EBADF for a fid that stands for nothing. */
  get(fid: number): Fid {
    const found = this.#fids.get(fid);
    if (found === undefined) throw new NinepError('EBADF', `unknown fid ${fid}`);
    return found;
  }

  /** A fid that was opened; EBADF for any other. */
  opened(fid: number): Fid {
    const found = this.get(fid);
    if (found.flags === undefined) throw new NinepError('EBADF', `fid ${fid} is not open`);
    return found;
  }

  /** Makes sure that `fid` is free: "It is illegal to use a newfid that is already in use" (walk(9p)). */
  mustBeFree(fid: number): void {
    if (this.#fids.has(fid)) throw new NinepError('EBADF', `fid ${fid} is in use`);
  }

  set(fid: number, value: Fid): void {
    this.#fids.set(fid, value);
  }

  /** Forgets a fid and returns what it stood for; EBADF when that was nothing. */
  take(fid: number): Fid {
    const found = this.get(fid);
    this.#fids.delete(fid);
    return found;
  }

  /** Forgets every fid and returns what they stood for. */
  clear(): Fid[] {
    const all = [...this.#fids.values()];
    this.#fids.clear();
    return all;
  }
}
