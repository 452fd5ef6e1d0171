import type {
  AgentCalls,
  AgentEvents,
  AgentMethod,
  ContainerSpec,
  ExecParams,
  LogReading,
  Stdio,
} from '../protocol/agent.ts';
import type { Agent, AgentStream } from '../protocol/agent-client.ts';
import { deferred } from './deferred.ts';
import { FakeLogs } from './fake-logs.suite.ts';

/** As the channel's: bytes under way before the reader has taken any. */
const window = 128 * 1024;

/** A stream whose guest side the test plays. */
export class FakeStream implements AgentStream {
  readonly id: number;
  readonly written: Uint8Array[] = [];
  readonly output: AsyncIterable<Uint8Array>;
  ended = false;
  wasReset = false;
  readonly #chunks: Uint8Array[] = [];
  #tap: { sent(bytes: Uint8Array): void; finished(): void } | undefined;
  #finished = false;
  #buffered = 0;
  #changed = deferred();

  constructor(id: number) {
    this.id = id;
    this.output = this.#read();
  }

  get text(): string {
    return this.written.map((bytes) => new TextDecoder().decode(bytes)).join('');
  }

  /** The guest writes; resolves when it has credit again. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    this.#tap?.sent(bytes);
    this.#chunks.push(bytes);
    this.#buffered += bytes.length;
    this.#wake();
    while (this.#buffered >= window) await this.#changed.promise;
  }

  /** Has what the guest does with the stream told. */
  tap(tap: { sent(bytes: Uint8Array): void; finished(): void }): void {
    this.#tap = tap;
  }

  finish(): void {
    if (!this.#finished) this.#tap?.finished();
    this.#finished = true;
    this.#wake();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.wasReset) return Promise.reject(new Error('stream is reset'));
    this.written.push(bytes);
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.ended = true;
    return Promise.resolve();
  }

  reset(): void {
    this.wasReset = true;
    this.finish();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) {
        this.#buffered -= chunk.length;
        this.#wake();
        yield chunk;
      }
      if (this.#finished) return;
      await this.#changed.promise;
    }
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = deferred();
    changed.resolve();
  }
}

type Script = {
  [M in AgentMethod]?: (params: AgentCalls[M][0]) => AgentCalls[M][1] | Promise<AgentCalls[M][1]>;
};

/** An agent that does as the test says and remembers what it was asked. */
export class FakeAgent implements Agent {
  readonly calls: [method: AgentMethod, params: unknown][] = [];
  readonly streams = new Map<number, FakeStream>();
  readonly logs = new FakeLogs();
  script: Script = {};
  #nextStream = 2;
  #nextProcess = 1;
  readonly #handlers = new Map<keyof AgentEvents, Set<(event: never) => void>>();

  async call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]> {
    this.calls.push([method, params]);
    const scripted = this.script[method];
    if (scripted) return scripted(params);
    if (method === 'start') this.logs.begin(params as ContainerSpec, this.streams);
    if (method === 'writeLog') this.#writeLog(params as AgentCalls['writeLog'][0]);
    const started = method === 'start' || method === 'exec';
    const read = method === 'readLog' ? this.#readLog(params as AgentCalls['readLog'][0]) : null;
    const result: unknown = started ? { pid: 100 + this.calls.length } : read;
    return result as AgentCalls[M][1];
  }

  on<E extends keyof AgentEvents>(event: E, handler: (event: AgentEvents[E]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  openStream(): FakeStream {
    const stream = new FakeStream(this.#nextStream);
    this.#nextStream += 2;
    this.streams.set(stream.id, stream);
    return stream;
  }

  #readLog({ id, stream }: { id: string; stream: number }): LogReading {
    const found = this.streams.get(stream);
    if (found === undefined) throw new Error(`no stream ${stream}`);
    return this.logs.read(id, found);
  }

  #writeLog({ id, text }: { id: string; text: string }): void {
    this.logs.append(id, true, new TextEncoder().encode(text));
  }

  newProcess(): number {
    return this.#nextProcess++;
  }

  emit<E extends keyof AgentEvents>(name: E, event: AgentEvents[E]): void {
    for (const handler of this.#handlers.get(name) ?? []) (handler as (event: AgentEvents[E]) => void)(event);
  }

  /** The methods called so far. */
  methods(): AgentMethod[] {
    return this.calls.map(([method]) => method);
  }

  /** What the last `start` was told. */
  started(): ContainerSpec {
    return this.#last('start') as ContainerSpec;
  }

  /** What the last `exec` was told. */
  execed(): ExecParams {
    return this.#last('exec') as ExecParams;
  }

  stream(stdio: Stdio, name: 'stdin' | 'stdout' | 'stderr'): FakeStream {
    const id = 'tty' in stdio ? stdio.tty : stdio[name];
    const stream = this.streams.get(id ?? -1);
    if (stream === undefined) throw new Error(`no ${name}`);
    return stream;
  }

  /** The process ends as a real one: its streams, then the event. */
  exit(process: { process: number; stdio: Stdio }, code: number, oomKilled = false): void {
    const { stdio } = process;
    const ids = 'tty' in stdio ? [stdio.tty] : [stdio.stdout, stdio.stderr];
    for (const id of ids) this.streams.get(id ?? -1)?.finish();
    this.emit('exited', { process: process.process, code, oomKilled });
  }

  #last(method: AgentMethod): unknown {
    const found = this.calls.findLast(([called]) => called === method);
    if (found === undefined) throw new Error(`${method} was not called`);
    return found[1];
  }
}
