/** Debian's docker-registry on the loopback interface, with everything of it in a folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { clientProgram } from '../api/clients.ts';
import { environmentOf } from './programs.ts';
import { certificateFile, service, TokenServer } from './token-server.ts';

/** Who may log in to registries with `basic` or `token` authentication. */
export const user = { username: 'captain', password: 'bottle' } as const;

/** bcrypt of the password. */
const htpasswd = `${user.username}:$2y$05$abcdefghijklmnopqrstuu10.FuoGYDEbT.EFmCGTtKCZ5g4JlFiO\n`;

export interface RegistryOptions {
  /** Nobody is asked who they are, or by a name and password, or by a token of a `TokenServer` beside the registry. */
  readonly auth?: 'none' | 'basic' | 'token';
  /** Which pages may read it: all, unless this is false. */
  readonly cors?: boolean;
  /** Seconds that tokens are good for. */
  readonly tokenLifetime?: number;
}

/** A running registry. `stop` ends it and removes what it holds. */
export class TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** The server that hands out its tokens, with `token` authentication. */
  readonly tokens: TokenServer | undefined;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(host: string, tokens: TokenServer | undefined, process: ChildProcess, folder: string) {
    this.host = host;
    this.tokens = tokens;
    this.#process = process;
    this.#folder = folder;
  }

  /** Resolves when it listens. Ask `isThere('docker-registry')` before. */
  static async start(options: RegistryOptions = {}): Promise<TestRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'registry-'));
    const tokens =
      options.auth === 'token' ? await TokenServer.start(user, options.tokenLifetime) : undefined;
    writeFileSync(join(folder, 'htpasswd'), htpasswd);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(folder, options, tokens)));
    const child = spawn(clientProgram('docker-registry'), ['serve', join(folder, 'config.json')], {
      env: environmentOf('docker-registry'),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new TestRegistry(await listening(child), tokens, child, folder);
  }

  /** The address of something below `/v2/`. */
  url(path: string): string {
    return `http://${this.host}/v2/${path}`;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended;
    await this.tokens?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** YAML, of which JSON is a part. https://distribution.github.io/distribution/about/configuration/ */
function configuration(folder: string, options: RegistryOptions, tokens: TokenServer | undefined): object {
  const { cors = true } = options;
  return {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: '127.0.0.1:0', secret: 'test', ...(cors && { headers: corsHeaders }) },
    ...(options.auth === 'basic' && {
      auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
    }),
    ...(tokens && {
      auth: { token: { realm: tokens.realm, service, issuer: service, rootcertbundle: certificateFile } },
    }),
  };
}

const corsHeaders = {
  'Access-Control-Allow-Origin': ['*'],
  'Access-Control-Allow-Methods': ['HEAD', 'GET', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'],
  'Access-Control-Allow-Headers': ['Authorization', 'Accept', 'Content-Type', 'Content-Range', 'Range'],
  'Access-Control-Expose-Headers': [
    'Docker-Content-Digest',
    'Location',
    'Link',
    'Range',
    'Content-Range',
    'WWW-Authenticate',
    'Docker-Upload-UUID',
  ],
};

/** It says where it listens, in its log. Rejects when it ends without. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const { stderr } = child;
    if (stderr === null) return reject(new Error('no log'));
    createInterface({ input: stderr }).on('line', (line) => {
      if (lines.length < 50) lines.push(line);
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`docker-registry ended:\n${lines.join('\n')}`)));
  });
}
