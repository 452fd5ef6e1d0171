import { afterAll, beforeAll } from 'vitest';
import { type HeadlessOptions, startHeadless } from '../../scripts/headless/start.ts';
import type { Bottleship } from '../../worker/bottleship.ts';
import type { Census, TerminalSize } from '../../worker/protocol/agent.ts';
import type { AgentStream } from '../../worker/protocol/agent-client.ts';
import type { MachineStatus } from '../../worker/protocol/page.ts';
import { TestTerminal } from './terminal.ts';

/** A limit, not a wait. */
const patience = 90_000;

const environment = [
  'HOME=/root',
  'USER=root',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** What a script of the guest's shell came to. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** A script that runs. */
export interface RunningScript {
  /** In the machine's process namespace. */
  readonly pid: number;
  readonly stdin: AgentStream;
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly exited: Promise<number>;
}

/** A real machine with the real engine, and what tests do with it. */
export class TestMachine {
  readonly bottleship: Bottleship;
  /** Everything that was said on the status line. */
  readonly statuses: readonly MachineStatus[];
  /** Paths of all static files that were asked for. */
  readonly requests: readonly string[];

  private constructor(bottleship: Bottleship, statuses: MachineStatus[], requests: string[]) {
    this.bottleship = bottleship;
    this.statuses = statuses;
    this.requests = requests;
  }

  static async start({ answer, onStatus, ...options }: HeadlessOptions = {}): Promise<TestMachine> {
    const statuses: MachineStatus[] = [];
    const requests: string[] = [];
    const bottleship = await startHeadless({
      ...options,
      onStatus: (status) => {
        statuses.push(status);
        onStatus?.(status);
      },
      answer: (path) => {
        requests.push(path);
        return answer?.(path);
      },
    });
    return new TestMachine(bottleship, statuses, requests);
  }

  /** A machine that others have started. */
  static of(bottleship: Bottleship): TestMachine {
    return new TestMachine(bottleship, [], []);
  }

  async stop(): Promise<void> {
    await this.bottleship.machine.emulator.destroy();
  }

  /** Runs a script in the guest's shell, its standard input `input` and nothing more. */
  async sh(script: string, input: string | Uint8Array = ''): Promise<Finished> {
    const running = await this.start(script);
    const [code, stdout, stderr] = await Promise.all([
      running.exited,
      text(running.stdout),
      text(running.stderr),
      feed(running.stdin, input),
    ]);
    return { code, stdout, stderr };
  }

  /** The standard output of a script that must succeed, without its last line break. */
  async out(script: string, input?: string | Uint8Array): Promise<string> {
    const { code, stdout, stderr } = await this.sh(script, input);
    if (code !== 0) throw new Error(`exit code ${code} of: ${script}\n${stdout}${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** Starts a script in the guest's shell. */
  async start(script: string): Promise<RunningScript> {
    const { channel } = this.bottleship.machine;
    const [stdin, stdout, stderr] = [channel.openStream(), channel.openStream(), channel.openStream()];
    const process = channel.newProcess();
    const exited = new Promise<number>((resolve) => {
      const forget = channel.on('exited', (event) => {
        if (event.process !== process) return;
        forget();
        resolve(event.code);
      });
    });
    const { pid } = await channel.call('spawn', {
      process,
      args: ['/bin/sh', '-c', script],
      env: environment,
      cwd: '/root',
      stdio: { stdin: stdin.id, stdout: stdout.id, stderr: stderr.id },
    });
    void exited.then(() => stdin.reset());
    return { pid, stdin, stdout: stdout.output, stderr: stderr.output, exited };
  }

  /** A login shell on a terminal, at its prompt; with `args` another program. */
  async terminal(size?: TerminalSize, args?: readonly string[]): Promise<TestTerminal> {
    const terminal = await TestTerminal.open(this.bottleship.terminals, size, args);
    if (args === undefined) await terminal.prompt();
    return terminal;
  }

  census(): Promise<Census> {
    return this.bottleship.machine.channel.call('census', {});
  }

  /** Asks until the guest answers so. */
  async until(script: string, wanted: string): Promise<void> {
    const limit = Date.now() + patience;
    for (;;) {
      const { stdout, stderr } = await this.sh(script);
      if (stdout.trim() === wanted) return;
      if (Date.now() > limit) throw new Error(`instead of ${wanted} there is still ${stdout}${stderr}`);
    }
  }
}

/** One machine for all tests of a file, started before and gone after them. */
export function machineForFile(options: HeadlessOptions = {}): () => TestMachine {
  let machine: TestMachine | undefined;
  beforeAll(async () => {
    machine = await TestMachine.start(options);
  });
  afterAll(() => machine?.stop());
  return () => {
    if (!machine) throw new Error('the machine has not started');
    return machine;
  };
}

async function text(output: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let all = '';
  for await (const bytes of output) all += decoder.decode(bytes, { stream: true });
  return all + decoder.decode();
}

/** A program need not read what it is given. */
async function feed(stdin: AgentStream, input: string | Uint8Array): Promise<void> {
  try {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
    if (bytes.length > 0) await stdin.write(bytes);
    await stdin.end();
  } catch {
    // It has ended.
  }
}
