/** The guest's filetree program, built for this host: the same binary, so it needs a kernel that runs i386 programs. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deferred } from '../deferred.ts';
import type { Processes } from '../processes.ts';
import type { Agent, AgentStream } from '../../protocol/agent-client.ts';
import { AgentError } from '../../protocol/agent-client.ts';
import { Filetree } from './filetree.ts';

const source = join(import.meta.dirname, '../../../kernel-image/native/programs/filetree.c');
const flags =
  '-m32 -march=pentium4 -std=gnu11 -Os -ffreestanding -nostdlib -static -no-pie -fno-pie -fno-stack-protector ' +
  '-fno-asynchronous-unwind-tables -Wall -Wextra -Werror -Wl,--build-id=none,-z,noseparate-code,-z,norelro -s';

/** Why the program cannot be built here; undefined when it can. */
export function missingCompiler(): string | undefined {
  try {
    execFileSync('gcc', ['-m32', '-E', '-'], { input: '', stdio: ['pipe', 'ignore', 'ignore'] });
    return undefined;
  } catch {
    return 'gcc -m32 is not there';
  }
}

export function buildProgram(): string {
  const program = join(mkdtempSync(join(tmpdir(), 'bottleship-filetree-')), 'filetree');
  execFileSync('gcc', [...flags.split(' '), source, '-lgcc', '-o', program]);
  return program;
}

/** The program at work in the host's own root. */
export function runProgram(program: string, args: string[]): Promise<Filetree> {
  const ended = deferred<never>();
  const streams: HostStream[] = [];
  const agent = {
    openStream: () => {
      const stream = new HostStream(streams.length);
      streams.push(stream);
      return stream;
    },
    call: (_: string, params: { stdio: { stdin?: number; stdout: number } }) => {
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      child.on('error', (error) => {
        throw new AgentError({ code: 'EIO', step: 'exec', message: error.message });
      });
      child.on('close', () => ended.resolve(undefined as never));
      streams[params.stdio.stdout]?.connect(child);
      const { stdin } = params.stdio;
      if (stdin === undefined) child.stdin.end();
      else streams[stdin]?.connect(child);
      return Promise.resolve({ pid: child.pid });
    },
  };
  const processes = { expect: () => ({ process: 1, exited: ended.promise, forget: () => undefined }) };
  return Filetree.run(
    { agent: agent as unknown as Agent, processes: processes as unknown as Processes },
    { directory: '/' },
    args,
  );
}

type Child = ReturnType<typeof spawn>;

class HostStream implements AgentStream {
  readonly id: number;
  #child: Child | undefined;

  constructor(id: number) {
    this.id = id;
  }

  connect(child: Child): void {
    this.#child = child;
    child.stdin?.on('error', () => undefined);
  }

  get output(): AsyncIterable<Uint8Array> {
    const next = () => this.#child?.stdout?.[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    return { [Symbol.asyncIterator]: () => lazily(next) };
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#child?.stdin?.write(bytes, () => resolve());
    });
  }

  end(): Promise<void> {
    this.#child?.stdin?.end();
    return Promise.resolve();
  }

  reset(): void {
    this.#child?.stdin?.destroy();
    this.#child?.stdout?.destroy();
  }
}

/** The child comes after the reader. */
function lazily(open: () => AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  return { next: () => (iterator ??= open()).next() };
}
