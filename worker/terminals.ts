import type { Activity } from './idle/activity.ts';
import type { Channel } from './machine/channel.ts';
import type { SpawnParams, TerminalSize } from './protocol/agent.ts';
import type { AgentStream } from './protocol/agent-client.ts';

export interface TerminalListener {
  /** Awaited before more is taken from the shell than a window holds. */
  output(bytes: Uint8Array): Promise<void> | void;
  /** After the last output. */
  exited(code: number): void;
}

interface Terminal {
  stream: AgentStream;
}

const environment = [
  'HOME=/root',
  'USER=root',
  'LOGNAME=root',
  'SHELL=/bin/sh',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
];

/** Shells of the machine, each on a terminal of its own. */
export class Terminals {
  readonly #channel: Channel;
  readonly #activity: Activity;
  readonly #terminals = new Map<number, Terminal>();
  #next = 1;
  #sawOutput: () => void = () => undefined;
  /** Resolves when a program on any terminal has first written something. */
  readonly firstOutput = new Promise<void>((resolve) => {
    this.#sawOutput = resolve;
  });

  constructor(channel: Channel, activity: Activity) {
    this.#channel = channel;
    this.#activity = activity;
  }

  /** Starts a login shell, or another program. Resolves with the terminal's number when it runs. */
  async open(
    size: TerminalSize,
    listener: TerminalListener,
    args: readonly string[] = ['/bin/sh', '-l'],
  ): Promise<number> {
    const stream = this.#channel.openStream();
    const params: SpawnParams = {
      process: this.#channel.newProcess(),
      args: [...args],
      env: [...environment, 'TERM=xterm-256color'],
      cwd: '/root',
      stdio: { tty: stream.id, size },
    };
    const exited = exitOf(this.#channel, params.process);
    await this.#channel.call('spawn', params);
    const id = this.#next++;
    this.#terminals.set(id, { stream });
    void this.#carry(id, stream, listener, exited);
    return id;
  }

  write(id: number, bytes: Uint8Array): void {
    this.#activity.touch();
    this.#terminals
      .get(id)
      ?.stream.write(bytes)
      .catch(() => undefined);
  }

  resize(id: number, size: TerminalSize): void {
    const terminal = this.#terminals.get(id);
    if (terminal) this.#channel.call('resize', { stream: terminal.stream.id, size }).catch(() => undefined);
  }

  /** Hangs up: what runs on it gets SIGHUP. */
  close(id: number): void {
    this.#terminals.get(id)?.stream.reset();
  }

  async #carry(
    id: number,
    stream: AgentStream,
    listener: TerminalListener,
    exited: Promise<number>,
  ): Promise<void> {
    for await (const bytes of stream.output) {
      this.#sawOutput();
      this.#activity.touch();
      await listener.output(bytes);
    }
    stream.reset();
    this.#terminals.delete(id);
    listener.exited(await exited);
  }
}

function exitOf(channel: Channel, process: number): Promise<number> {
  return new Promise((resolve) => {
    const forget = channel.on('exited', (event) => {
      if (event.process !== process) return;
      forget();
      resolve(event.code);
    });
  });
}
