import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Where the command's output goes; without one it is shown. */
  log?: string;
}

/** Runs a command to its end. Rejects, with the end of its log, when it fails or cannot be started. */
export async function run(command: string[], options: CommandOptions = {}): Promise<void> {
  const { log } = options;
  const child = start(command, options, log === undefined ? 2 : 'pipe', log === undefined ? 2 : 'pipe');
  if (log !== undefined) logTo(log, [child.stdout, child.stderr]);
  const status = await ended(child);
  if (status !== 0) throw new Error(`${command.join(' ')}: failed (${status})${tail(log)}`);
}

/** Runs a command and returns what it prints. Rejects when it fails or cannot be started. */
export async function output(command: string[], options: Omit<CommandOptions, 'log'> = {}): Promise<string> {
  const child = start(command, options, 'pipe', 2);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await ended(child);
  if (status !== 0) throw new Error(`${command.join(' ')}: failed (${status})`);
  return Buffer.concat(chunks).toString();
}

function start(command: string[], options: CommandOptions, out: 2 | 'pipe', err: 2 | 'pipe'): ChildProcess {
  const [program = '', ...args] = command;
  const cwd = options.cwd === undefined ? {} : { cwd: options.cwd };
  return spawn(program, args, {
    ...cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', out, err],
  });
}

/** Exit code or signal, once the output has been read to its end. */
function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no status'));
  });
}

function logTo(path: string, streams: (NodeJS.ReadableStream | null)[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path);
  for (const stream of streams) stream?.pipe(file, { end: false });
}

function tail(log: string | undefined): string {
  if (log === undefined) return '';
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return `; ${log} ends with:\n${lines.slice(-15).join('\n')}`;
}
