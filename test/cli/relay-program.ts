/** The guest's docker program, built for this host and served by commands of a test's own. */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  execFileSync,
  spawn,
} from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveRelay } from '../../worker/cli/relay.ts';
import type { ClientSession } from '../../worker/cli/session.ts';
import type { Sink } from '../../worker/protocol/engine-api.ts';

const source = fileURLToPath(new URL('../../kernel-image/native/programs/docker.c', import.meta.url));
const compilerFlags =
  '-m32 -Os -ffreestanding -nostdlib -static -fno-stack-protector -fno-pic -fno-asynchronous-unwind-tables ' +
  '-Wall -Wextra -Werror -Wl,--build-id=none,-z,noseparate-code,-z,norelro -s';

/** Why the program cannot be built here; undefined when it can. */
export function missingCompiler(): string | undefined {
  try {
    execFileSync('gcc', ['-m32', '-E', '-'], { input: '', stdio: ['pipe', 'ignore', 'ignore'] });
    return undefined;
  } catch {
    return 'gcc -m32 is not there';
  }
}

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

type Write = (text: string) => void;
type Shown = (text: string | RegExp) => Promise<void>;

/** A built program and the server behind its socket. */
export class RelayProgram {
  readonly folder = mkdtempSync(join(tmpdir(), 'bottleship-relay-'));
  readonly path = join(this.folder, 'docker');
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #children = new Set<ChildProcess>();

  constructor(command: (session: ClientSession, socket: Socket) => Promise<number>) {
    const socketPath = join(this.folder, 'cli.sock');
    const define = `-DSOCKET_PATH="${socketPath}"`;
    execFileSync('gcc', [...compilerFlags.split(' '), define, source, '-o', this.path]);
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      const stream = { input: socket, output: sinkOf(socket) };
      void serveRelay(stream, (session) => command(session, socket)).then(() => socket.destroy());
    });
    this.#server.listen(socketPath);
  }

  /** Ends what a test that failed has left running, too. */
  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#sockets.forEach((socket) => socket.destroy());
    this.#server.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a line of bash in which `docker` is the program. */
  shell(line: string, input: string | Buffer = ''): Promise<Ended> {
    return this.#run('bash', ['-c', line], (stdin) => stdin.end(input));
  }

  /** The same on a terminal; `type` is called with what types on it, and with what waits until something is shown. */
  terminal(line: string, type: (write: Write, shown: Shown) => Promise<void>): Promise<Ended> {
    return this.#run('script', ['-qefc', line, '/dev/null'], (stdin, shown) => {
      void type((text) => stdin.write(text), shown);
    });
  }

  #run(name: string, args: string[], feed: Feed): Promise<Ended> {
    const child = spawn(name, args, { env: this.#env(), cwd: '/tmp' });
    this.#children.add(child);
    child.on('close', () => this.#children.delete(child));
    return ended(child, feed);
  }

  #env(): NodeJS.ProcessEnv {
    return { PATH: `${this.folder}:${process.env['PATH']}`, HOME: '/root', SHELL: '/bin/bash', RELAY: 'yes' };
  }
}

type Feed = (stdin: NodeJS.WritableStream, shown: Shown) => void;

function ended(child: ChildProcessWithoutNullStreams, feed: Feed): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString('latin1');
    for (const look of waiting) look();
  });
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('latin1')));
  child.stdin.on('error', () => undefined);
  feed(
    child.stdin,
    (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!(typeof text === 'string' ? stdout.includes(text) : text.test(stdout))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  );
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      child.stdin.destroy();
      resolve({ stdout, stderr, code, signal });
    });
  });
}

function sinkOf(socket: Socket): Sink {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => void socket.end(),
  };
}
