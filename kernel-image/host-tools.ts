import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './progress.ts';
import { output, run } from './shell.ts';

/** Debian's package for each thing a stage needs of the machine: a program, or a file where it is no program. */
const packageOf = {
  bc: 'bc',
  bison: 'bison',
  debootstrap: 'debootstrap',
  flex: 'flex',
  gcc: 'gcc',
  make: 'make',
  mke2fs: 'e2fsprogs',
  patch: 'patch',
  xz: 'xz-utils',
  '/usr/include/gelf.h': 'libelf-dev',
  '/usr/lib32/libc.a': 'gcc-multilib',
} as const;

/** The PATH that tools are found on; mke2fs and debootstrap lie where a user's own may not look. */
export const toolPath = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);

export type HostTool = keyof typeof packageOf;

/** Sees to it that the machine has what is needed; installs it with apt-get, saying so, where root may. */
export async function needTools(...tools: HostTool[]): Promise<void> {
  const missing = tools.filter((tool) => !isThere(tool)).map((tool) => packageOf[tool]);
  if (missing.length === 0) return;
  say(`  installing ${missing.join(', ')} with apt-get`);
  if (process.getuid?.() !== 0)
    throw new Error(`missing: run \`apt-get install ${missing.join(' ')}\` as root`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await run(['apt-get', '-qq', 'update']);
  await run(['apt-get', '-qq', 'install', '-y', '--no-install-recommends', ...missing], { env: environment });
}

/** The first line that a program says of its version. */
export async function versionOf(program: string): Promise<string> {
  const [line = ''] = (await output([program, '--version'])).split('\n');
  return line;
}

function isThere(tool: string): boolean {
  if (tool.startsWith('/')) return existsSync(tool);
  return toolPath.split(delimiter).some((dir) => existsSync(join(dir, tool)));
}
