import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { listen, type Listener } from '../../scripts/headless/listen.ts';
import { type HeadlessOptions, startHeadless } from '../../scripts/headless/start.ts';
import type { Bottleship } from '../../worker/bottleship.ts';
import { type ClientName, clientProgram } from './clients.ts';

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that runs against the engine. */
export interface Running {
  readonly stdin: NodeJS.WritableStream;
  /** Resolves when its standard output holds the text; rejects when it ends without. */
  said(text: string): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

/** A real machine and engine in this process, listening on a unix socket for clients in others. */
export class TestEngine {
  readonly bottleship: Bottleship;
  readonly folder: string;
  readonly #listener: Listener;

  private constructor(bottleship: Bottleship, folder: string, listener: Listener) {
    this.bottleship = bottleship;
    this.folder = folder;
    this.#listener = listener;
  }

  static async start(options: HeadlessOptions = {}): Promise<TestEngine> {
    const folder = mkdtempSync(join(tmpdir(), 'bottleship-'));
    const bottleship = await startHeadless(options);
    const listener = await listen(bottleship.engine, `unix://${folder}/docker.sock`);
    return new TestEngine(bottleship, folder, listener);
  }

  get socketPath(): string {
    return join(this.folder, 'docker.sock');
  }

  async stop(): Promise<void> {
    await this.#listener.close();
    await this.bottleship.machine.emulator.destroy();
    rmSync(this.folder, { recursive: true });
  }

  /** Starts a program that finds the engine by its environment. */
  start(program: string, args: readonly string[], environment: Record<string, string> = {}): Running {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: this.folder,
        DOCKER_HOST: `unix://${this.socketPath}`,
        ...environment,
      },
    });
    const finished: Finished = { code: -1, stdout: '', stderr: '' };
    const listeners = new Set<() => void>();
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => {
      finished.stdout += bytes.toString();
      for (const listener of listeners) listener();
    });
    child.stderr.on('data', (bytes: Buffer) => (finished.stderr += bytes.toString()));
    const ended = new Promise<Finished>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) =>
        resolve({ ...finished, code: code ?? (signal === null ? -1 : 128) }),
      );
    });
    return {
      stdin: child.stdin,
      finished: ended,
      kill: (signal = 'SIGKILL') => child.kill(signal),
      said: (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => void (finished.stdout.includes(text) && resolve());
          listeners.add(look);
          void ended.then(() =>
            reject(new Error(`ended without ${text}: ${finished.stdout}${finished.stderr}`)),
          );
          look();
        }),
    };
  }

  /** Runs a program to its end, its standard input `input` and nothing more. */
  async run(program: string, args: readonly string[], input: string | Uint8Array = ''): Promise<Finished> {
    const running = this.start(program, args);
    running.stdin.end(input);
    return running.finished;
  }

  /** A docker command of a real client. */
  client(name: ClientName): Docker {
    return new Docker(this, clientProgram(name));
  }
}

/** A real docker client against the engine. */
export class Docker {
  readonly #engine: TestEngine;
  readonly program: string;

  constructor(engine: TestEngine, program: string) {
    this.#engine = engine;
    this.program = program;
  }

  run(args: readonly string[], input?: string | Uint8Array): Promise<Finished> {
    return this.#engine.run(this.program, args, input);
  }

  start(...args: readonly string[]): Running {
    return this.#engine.start(this.program, args);
  }

  /** The standard output of a command that must succeed, without its last line break. */
  async out(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`exit code ${code} of docker ${args.join(' ')}\n${stdout}${stderr}`);
    return stdout.replace(/\n$/, '');
  }

  /** Under a terminal of this size, as `script` makes one: what is typed, and what is shown. */
  terminal(args: readonly string[]): Running {
    const quoted = [this.program, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
    return this.#engine.start('script', ['-qefc', `stty cols 100 rows 30; ${quoted.join(' ')}`, '/dev/null']);
  }
}

/** One engine for all tests of a file, started before and gone after them. */
export function engineForFile(options: HeadlessOptions = {}): () => TestEngine {
  let engine: TestEngine | undefined;
  beforeAll(async () => {
    engine = await TestEngine.start(options);
  });
  afterAll(() => engine?.stop());
  return () => {
    if (!engine) throw new Error('the engine has not started');
    return engine;
  };
}
