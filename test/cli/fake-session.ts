import type { TerminalSize } from '../../worker/protocol/agent.ts';
import type { Sink } from '../../worker/protocol/engine-api.ts';
import { Queue } from '../../worker/cli/queue.ts';
import { FileError } from '../../worker/cli/session.ts';
import { fileType } from '../../worker/cli/syscalls.ts';
import type { FileStat } from '../../worker/cli/syscalls.ts';
import type { ClientFiles, ClientSession, FileMaker, Unsubscribe } from '../../worker/cli/session.ts';

/** A client in memory: what was printed is there to be read, and keys, signals and sizes are there to be sent. */
export class FakeSession implements ClientSession {
  readonly args: readonly string[];
  env: ReadonlyMap<string, string> = new Map();
  readonly cwd = '/root';
  readonly tty: { stdin: boolean; stdout: boolean; stderr: boolean };
  size: TerminalSize | undefined;
  readonly keys: Queue<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly fileTexts: Record<string, string | Uint8Array> = {};
  readonly directories = new Set(['/', '/root', '.']);
  readonly raw: boolean[] = [];
  asked = 0;
  printed = '';
  complained = '';
  readonly #gone = new AbortController();
  readonly #resizeListeners = new Set<() => void>();
  readonly #signalListeners = new Set<(signal: number) => void>();

  constructor(args: readonly string[], tty = false) {
    this.args = args;
    this.tty = { stdin: tty, stdout: tty, stderr: tty };
    this.size = tty ? { rows: 24, cols: 120 } : undefined;
    this.keys = new Queue(() => this.asked++);
    this.stdout = this.#sink((text) => (this.printed += text));
    this.stderr = this.#sink((text) => (this.complained += text));
  }

  get stdin(): AsyncIterable<Uint8Array> {
    return this.keys;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get files(): ClientFiles {
    return {
      read: async (path) => {
        if (this.directories.has(path)) throw new FileError('read', path, 21);
        const text = this.fileTexts[path];
        if (text === undefined) throw new FileError('open', path, 2);
        return typeof text === 'string' ? new TextEncoder().encode(text) : text;
      },
      write: async (path, bytes) => void (this.fileTexts[path] = new TextDecoder().decode(bytes)),
      exists: async (path) => path in this.fileTexts || this.directories.has(path),
      open: async (path) => oneChunk(this.fileTexts[path], path),
      stat: async (path) => this.#stat(path),
      lstat: async (path) => this.#stat(path),
      readLink: noTrees,
      rename: async (from, to) => {
        this.fileTexts[to] = this.fileTexts[from] ?? '';
        delete this.fileTexts[from];
      },
      walk: noTrees,
      listAll: noTrees,
      readAll: noTrees,
      maker: () => this.#maker(),
    };
  }

  #maker(): FileMaker {
    return {
      directory: async (path) => void this.directories.add(path),
      file: async (path, _, content) => {
        let text = '';
        for await (const chunk of content) text += new TextDecoder().decode(chunk);
        this.fileTexts[path] = text;
      },
      unlink: async (path) => void delete this.fileTexts[path],
      mode: async () => undefined,
      finish: async () => undefined,
      symbolicLink: noTrees,
      hardLink: noTrees,
      node: noTrees,
      attribute: noTrees,
      times: noTrees,
      entries: noTrees,
    };
  }

  #stat(path: string): FileStat | undefined {
    const directory = this.directories.has(path);
    if (!directory && !(path in this.fileTexts)) return undefined;
    const type = directory ? fileType.directory : fileType.regular;
    const mtime = { seconds: 0, nanoseconds: 0 };
    return {
      mode: type | 0o644,
      links: 1,
      uid: 0,
      gid: 0,
      size: 0,
      mtime,
      ctime: mtime,
      identity: path,
      major: 0,
      minor: 0,
    };
  }

  type(text: string): void {
    this.keys.push(new TextEncoder().encode(text));
  }

  resize(size: TerminalSize): void {
    this.size = size;
    this.#resizeListeners.forEach((listener) => listener());
  }

  signal(signal: number): boolean {
    this.#signalListeners.forEach((listener) => listener(signal));
    return this.#signalListeners.size > 0;
  }

  leave(): void {
    this.#gone.abort(new Error('the client is gone'));
    this.keys.end();
  }

  async setRaw(on: boolean): Promise<void> {
    this.raw.push(on);
  }

  onResize(listener: () => void): Unsubscribe {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  onSignal(listener: (signal: number) => void): Unsubscribe {
    this.#signalListeners.add(listener);
    return () => this.#signalListeners.delete(listener);
  }

  #sink(take: (text: string) => void): Sink {
    return {
      write: async (bytes) => {
        this.gone.throwIfAborted();
        take(new TextDecoder().decode(bytes));
      },
      close: async () => undefined,
    };
  }
}

async function* oneChunk(text: string | Uint8Array | undefined, path: string): AsyncGenerator<Uint8Array> {
  if (text === undefined) throw new FileError('open', path, 2);
  yield typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** The tests of trees have real files, see relay-program.ts. */
function noTrees(): never {
  throw new Error('this session has no trees of files');
}
