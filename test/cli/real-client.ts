/** A real docker client of version 28, where there is one. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listen } from '../../scripts/headless/listen.ts';
import type { Listener } from '../../scripts/headless/listen.ts';
import type { EngineApi } from '../../worker/protocol/engine-api.ts';
import type { Ended } from './relay-program.ts';

const wanted = /Docker version 28\./;

/** Path of the client: the one that DOCKER_CLIENT names, or the one on the PATH. */
export function realClient(): string | undefined {
  for (const path of [process.env['DOCKER_CLIENT'], 'docker']) {
    if (path === undefined) continue;
    try {
      if (wanted.test(execFileSync(path, ['--version'], { encoding: 'utf8' }))) return path;
    } catch {
      // There is none.
    }
  }
  return undefined;
}

/** A server of the Engine API and the real client that asks it. */
export class RealClient {
  readonly #folder: string;
  readonly #path: string;
  readonly #listener: Listener;

  private constructor(folder: string, path: string, listener: Listener) {
    this.#folder = folder;
    this.#path = path;
    this.#listener = listener;
  }

  static async start(engine: EngineApi, path: string): Promise<RealClient> {
    const folder = mkdtempSync(join(tmpdir(), 'bottleship-client-'));
    const listener = await listen(engine, `unix://${join(folder, 'docker.sock')}`);
    return new RealClient(folder, path, listener);
  }

  /** Runs a line of bash in which `docker` is the client. */
  shell(line: string, input = ''): Promise<Ended> {
    const env = {
      PATH: `${dirname(this.#path)}:${process.env['PATH']}`,
      HOME: '/root',
      DOCKER_HOST: `unix://${join(this.#folder, 'docker.sock')}`,
      DOCKER_CONFIG: this.#folder,
    };
    const child = spawn('bash', ['-c', line], { env, cwd: '/tmp' });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('latin1')));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('latin1')));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
    });
  }

  async close(): Promise<void> {
    await this.#listener.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
