/** Programs of Debian's that deal with images: each is run from where its packages were unpacked. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { clientFolder, type ClientName, clientProgram } from '../api/clients.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment in which a program finds the libraries that came with it. */
export function environmentOf(name: ClientName): NodeJS.ProcessEnv {
  const libraries = ['usr/lib', 'lib'].flatMap((folder) =>
    ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((triplet) => join(clientFolder(name), folder, triplet)),
  );
  return { ...process.env, LD_LIBRARY_PATH: libraries.join(':') };
}

/** Runs a program to its end. */
export function runProgram(
  name: ClientName,
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const child = spawn(clientProgram(name), args, {
    env: { ...environmentOf(name), ...options.env },
    ...(options.cwd && { cwd: options.cwd }),
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => (said.stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...said }));
  });
}

/** The standard output of a program that must succeed, without its last line break. */
export async function outputOf(
  name: ClientName,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(name, args, options);
  if (code !== 0) throw new Error(`exit code ${code} of ${name} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout.replace(/\n$/, '');
}
