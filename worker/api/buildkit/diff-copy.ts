import type { BuildFile } from '../../protocol/engine-api.ts';
import { GrpcCall } from '../grpc/client.ts';
import { Fields, Message } from '../grpc/message.ts';
import type { Headers2 } from '../http2/hpack.ts';
import type { ClientSession } from './sessions.ts';

/** https://github.com/tonistiigi/fsutil/blob/master/types/wire.proto */
const packets = { stat: 0, request: 1, data: 2, end: 3, failure: 4 } as const;
const path = '/moby.filesync.v1.FileSync/DiffCopy';

export interface DiffCopyOptions {
  /** What the client calls the directory. */
  readonly directory: string;
  /** Patterns of a .dockerignore. */
  readonly excludes?: readonly string[];
  /** Nothing but these, and what symbolic links among them lead to. */
  readonly only?: readonly string[];
}

/**
 * One look at a directory of the client's: first all of it is listed, then the contents of the files that are wanted are
 * sent. To be closed. https://github.com/moby/buildkit/blob/v0.25.1/session/filesync/diffcopy.go
 */
export class DiffCopy {
  readonly #call: GrpcCall;
  readonly #answers: AsyncGenerator<Uint8Array>;
  readonly #ids = new Map<string, number>();
  /** Of files that were asked for: what has come and is not read yet. */
  readonly #arrived = new Map<number, { pieces: Uint8Array[]; isWhole: boolean }>();

  private constructor(call: GrpcCall) {
    this.#call = call;
    this.#answers = call.answers();
  }

  static async open({ connection }: ClientSession, options: DiffCopyOptions): Promise<DiffCopy> {
    const fields: [string, string][] = [['dir-name', options.directory]];
    for (const exclude of options.excludes ?? []) fields.push(['exclude-patterns', exclude]);
    for (const only of options.only ?? []) fields.push(['followpaths', only]);
    return new DiffCopy(await GrpcCall.open(connection, path, encoded(fields)));
  }

  /** All of it, once. */
  async *list(): AsyncGenerator<BuildFile> {
    for (let id = 0; ; id++) {
      const packet = await this.#next();
      if (packet.number(1) !== packets.stat) throw new Error('contents before all files were listed');
      if (!packet.has(2)) return;
      const file = buildFile(packet.message(2));
      this.#ids.set(file.path, id);
      yield file;
    }
  }

  /** Asks for contents, which come when they do. */
  async request(file: BuildFile): Promise<void> {
    const id = this.#id(file);
    this.#arrived.set(id, { pieces: [], isWhole: false });
    await this.#call.send(new Message().number(1, packets.request).number(3, id).finish());
  }

  /** The contents of a file that was asked for, once. */
  async *content(file: BuildFile): AsyncGenerator<Uint8Array> {
    const id = this.#id(file);
    const arrived = this.#arrived.get(id);
    if (arrived === undefined) throw new Error(`${file.path} was not asked for`);
    for (;;) {
      const piece = arrived.pieces.shift();
      if (piece !== undefined) yield piece;
      else if (arrived.isWhole) break;
      else this.#take(await this.#next());
    }
    this.#arrived.delete(id);
  }

  /** Tells the client that no more is wanted. May be called in any state. */
  async close(): Promise<void> {
    try {
      await this.#call.send(new Message().number(1, packets.end).finish());
      await this.#call.end();
      await this.#drain();
    } catch {
      // The client is gone, or has ended it with an error that was told of.
    } finally {
      this.#call.cancel();
    }
  }

  async #drain(): Promise<void> {
    for (;;) if ((await this.#next()).number(1) === packets.end) return;
  }

  #take(packet: Fields): void {
    if (packet.number(1) !== packets.data) throw new Error('files that come too late');
    const arrived = this.#arrived.get(packet.number(3));
    if (arrived === undefined) throw new Error(`invalid file request ${packet.number(3)}`);
    const data = packet.bytes(4);
    if (data.length === 0) arrived.isWhole = true;
    else arrived.pieces.push(data);
  }

  async #next(): Promise<Fields> {
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the client has ended its files');
    const packet = new Fields(answer.value);
    if (packet.number(1) === packets.failure) throw new Error(`error from sender: ${packet.text(4)}`);
    return packet;
  }

  #id({ path: of }: BuildFile): number {
    const id = this.#ids.get(of);
    if (id === undefined) throw new Error(`${of} was not listed`);
    return id;
  }
}

/** Metadata is ASCII: other values are sent as parts of an address. */
function encoded(fields: readonly (readonly [string, string])[]): Headers2 {
  const names = new Set(fields.filter(([, value]) => /[^\x20-\x7e]/.test(value)).map(([name]) => name));
  return [
    ...fields.map(([name, value]) => [name, names.has(name) ? encodeURIComponent(value) : value] as const),
    ...[...names].map((name) => [`${name}-encoded`, '1'] as const),
  ];
}

/** Go's bits of a mode beside the permissions. https://pkg.go.dev/io/fs#FileMode */
const modeBits = {
  directory: 31,
  symlink: 27,
  device: 26,
  fifo: 25,
  setuid: 23,
  setgid: 22,
  character: 21,
  sticky: 20,
} as const;

/** https://github.com/tonistiigi/fsutil/blob/master/types/stat.proto */
function buildFile(stat: Fields): BuildFile {
  const mode = stat.number(2);
  const has = (bit: keyof typeof modeBits) => Math.floor(mode / 2 ** modeBits[bit]) % 2 === 1;
  const kind = kindOf(has);
  const [size, time] = [kind === 'file' ? stat.number(5) : 0, stat.number(6)];
  const special = (has('setuid') ? 0o4000 : 0) | (has('setgid') ? 0o2000 : 0) | (has('sticky') ? 0o1000 : 0);
  return {
    path: stat.text(1),
    kind,
    mode: (mode & 0o777) | special,
    size,
    mtime: Math.floor(time / 1e9),
    // Of a file it would be the name of another one that is the same.
    link: kind === 'symlink' ? stat.text(7) : '',
    major: stat.number(8),
    minor: stat.number(9),
    version: `${size} ${time} ${mode}`,
    identity: '',
  };
}

function kindOf(has: (bit: keyof typeof modeBits) => boolean): BuildFile['kind'] {
  if (has('directory')) return 'directory';
  if (has('symlink')) return 'symlink';
  if (has('fifo')) return 'fifo';
  if (has('device')) return has('character') ? 'character' : 'block';
  return 'file';
}
