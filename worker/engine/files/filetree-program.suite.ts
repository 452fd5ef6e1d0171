/** The guest's filetree program on this host: the binary that is shipped, so it needs a kernel that runs i386 programs. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Zstd } from '@hpcc-js/wasm-zstd';
import { unpackCpio } from '../../../kernel-image/cpio.suite.ts';
import { deferred } from '../deferred.ts';
import type { Processes } from '../processes.ts';
import type { Agent, AgentStream } from '../../protocol/agent-client.ts';
import { AgentError } from '../../protocol/agent-client.ts';
import { Filetree } from './filetree.ts';

const archive = join(import.meta.dirname, '../../../kernel-image/artefacts/programs.cpio.zst');

/** Where the program lies, in a folder of its own; undefined when this host does not run programs of its kind. */
export async function shippedProgram(): Promise<string | undefined> {
  const zstd = await Zstd.load();
  const entry = unpackCpio(zstd.decompress(readFileSync(archive))).get('bin/filetree');
  if (entry === undefined) throw new Error(`there is no filetree in ${archive}`);
  const program = join(mkdtempSync(join(tmpdir(), 'bottleship-filetree-')), 'filetree');
  writeFileSync(program, entry.content, { mode: 0o755 });
  return spawnSync(program).error === undefined ? program : undefined;
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
