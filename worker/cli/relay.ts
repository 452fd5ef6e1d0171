import type { TerminalSize } from '../protocol/agent.ts';
import {
  clientMessage,
  commandMessage,
  decodeSize,
  decodeStart,
  encodeMessage,
  maxMessage,
  MessageReader,
  readI32,
  u32,
  u8,
} from '../protocol/cli.ts';
import type { Message, StartMessage } from '../protocol/cli.ts';
import type { Sink } from '../protocol/engine-api.ts';
import type { NearFiles } from '../protocol/near-files.ts';
import { Queue } from './queue.ts';
import type { CallAnswer } from './relay-calls.ts';
import { RelayCalls } from './relay-calls.ts';
import { RelayFiles } from './relay-files.ts';

import type { ClientFiles, ClientSession, Unsubscribe } from './session.ts';
import { decodeText } from './text.ts';

/** Bytes of standard input that the program may be ahead of the command. */
const inputWindow = 64 * 1024;

/** The two directions of the stream to a `docker` program. */
export interface RelayStream {
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: Sink;
}

/**
 * Serves one `docker` program: awaits its start, runs `command` with its session, and tells it the exit code. Resolves
 * when the stream is closed; rejects never, for the program may vanish at any time. `near` are files that need not be asked of
 * the program.
 */
export async function serveRelay(
  stream: RelayStream,
  command: (session: ClientSession) => Promise<number>,
  near?: NearFiles,
): Promise<void> {
  const relay = new Relay(stream.output, near);
  const reading = relay.read(stream.input);
  try {
    const session = await relay.started;
    if (session) await relay.exit(await command(session));
  } catch {
    // The program is gone: nobody is left to be told.
  }
  await stream.output.close().catch(() => undefined);
  await reading;
}

class Relay {
  readonly started: Promise<ClientSession | undefined>;
  readonly #output: Sink;
  readonly #near: NearFiles | undefined;
  readonly #reader = new MessageReader();
  readonly #gone = new AbortController();
  #resolveStarted: (session: ClientSession | undefined) => void = () => undefined;
  #session: RelaySession | undefined;

  constructor(output: Sink, near: NearFiles | undefined) {
    this.#output = output;
    this.#near = near;
    this.started = new Promise((resolve) => (this.#resolveStarted = resolve));
  }

  exit(code: number): Promise<void> {
    return this.#output.write(encodeMessage(commandMessage.exit, u8(code & 0xff)));
  }

  async read(input: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const bytes of input) this.#reader.push(bytes, (message) => this.#handle(message));
    } catch {
      // A stream that breaks is one that ends, and so is one that makes no sense.
    }
    this.#gone.abort(new Error('the client is gone'));
    this.#session?.end();
    this.#resolveStarted(undefined);
  }

  #handle(message: Message): void {
    if (this.#session) this.#session.handle(message);
    else if (message.type === clientMessage.start) this.#start(decodeStart(message.payload));
    else throw new Error('the first message must be start');
  }

  #start(start: StartMessage): void {
    this.#session = new RelaySession(start, this.#output, this.#gone.signal, this.#near);
    this.#resolveStarted(this.#session);
  }
}

class RelaySession implements ClientSession {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly tty: ClientSession['tty'];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly files: ClientFiles;
  readonly near: NearFiles | undefined;
  readonly gone: AbortSignal;
  size: TerminalSize | undefined;
  readonly #output: Sink;
  readonly #answers = new Queue<CallAnswer>();
  readonly #input = new Queue<Uint8Array>(() => this.#grant());
  readonly #resizeListeners = new Set<() => void>();
  readonly #signalListeners = new Set<(signal: number) => void>();
  #granted = 0;

  constructor(start: StartMessage, output: Sink, gone: AbortSignal, near: NearFiles | undefined) {
    this.near = near;
    this.args = start.args.map(decodeText);
    this.env = environment(start.env.map(decodeText));
    this.cwd = decodeText(start.cwd);
    this.tty = start.tty;
    this.size = start.size;
    this.gone = gone;
    this.stdin = this.#input;
    this.#output = output;
    this.stdout = new OutputSink(output, commandMessage.stdout, gone);
    this.stderr = new OutputSink(output, commandMessage.stderr, gone);
    this.files = new RelayFiles(new RelayCalls((message) => output.write(message), this.#answers));
  }

  handle({ type, payload }: Message): void {
    switch (type) {
      case clientMessage.stdin:
        this.#granted -= payload.length;
        return this.#input.push(payload.slice());
      case clientMessage.stdinEnd:
        return this.#input.end();
      case clientMessage.size:
        this.size = decodeSize(payload);
        return this.#resizeListeners.forEach((listener) => listener());
      case clientMessage.signal:
        return this.#signalListeners.forEach((listener) => listener(payload[0] ?? 0));
      case clientMessage.result:
        return this.#answers.push({ result: readI32(payload), bytes: payload.slice(4) });
      default:
        throw new Error(`message of type ${type}`);
    }
  }

  end(): void {
    this.#input.end();
    this.#answers.end();
  }

  setRaw(on: boolean): Promise<void> {
    return this.#send(commandMessage.raw, u8(on ? 1 : 0));
  }

  onResize(listener: () => void): Unsubscribe {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  onSignal(listener: (signal: number) => void): Unsubscribe {
    this.#signalListeners.add(listener);
    if (this.#signalListeners.size === 1) this.#tell(commandMessage.signals, u8(1));
    return () => {
      if (this.#signalListeners.delete(listener) && this.#signalListeners.size === 0) {
        this.#tell(commandMessage.signals, u8(0));
      }
    };
  }

  #grant(): void {
    if (this.#granted > inputWindow / 2) return;
    const more = inputWindow - this.#granted;
    this.#granted += more;
    this.#tell(commandMessage.want, u32(more));
  }

  #send(type: number, payload: Uint8Array): Promise<void> {
    return this.#output.write(encodeMessage(type, payload));
  }

  /** What is lost when the client is gone is lost with it. */
  #tell(type: number, payload: Uint8Array): void {
    this.#send(type, payload).catch(() => undefined);
  }
}

class OutputSink implements Sink {
  readonly #output: Sink;
  readonly #type: number;
  readonly #gone: AbortSignal;

  constructor(output: Sink, type: number, gone: AbortSignal) {
    this.#output = output;
    this.#type = type;
    this.#gone = gone;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += maxMessage) {
      this.#gone.throwIfAborted();
      await this.#output.write(encodeMessage(this.#type, bytes.subarray(offset, offset + maxMessage)));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function environment(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const equals = entry.indexOf('=', 1);
      return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}
