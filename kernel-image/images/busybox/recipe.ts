import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import type { TarEntry } from 'modern-tar';
import { packagePin } from '../../packages.ts';
import { output } from '../../shell.ts';
import { unpackedPackage } from '../../unpack.ts';
import type { ImageSource } from '../oci-image.ts';

/** Laid out like Docker's official image: every applet in /bin, one file with hard links. */
const created = '2026-01-01T00:00:00Z';
const mtime = new Date(created);

/** Path, permissions and owner (user and group ID) where it is not root. */
const directories: [path: string, mode: number, owner?: number][] = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755, 65534],
  ['root', 0o700],
  ['tmp', 0o1777],
  ['usr', 0o755],
  ['usr/bin', 0o755],
  ['usr/sbin', 0o755, 1],
  ['var', 0o755],
  ['var/spool', 0o755],
  ['var/spool/mail', 0o755, 8],
  ['var/www', 0o755],
];

const files: [path: string, mode: number][] = [
  ['etc/group', 0o644],
  ['etc/nsswitch.conf', 0o644],
  ['etc/passwd', 0o644],
  ['etc/shadow', 0o600],
];

export async function busybox(): Promise<ImageSource> {
  const program = join(await unpackedPackage('busybox-static'), 'bin/busybox');
  const applets = (await output([program, '--list'])).trim().split('\n').sort();
  return {
    names: ['docker.io/library/busybox:latest'],
    tar: await packTar(entries(readFileSync(program), applets)),
    created,
    createdBy: `Debian's busybox-static ${packagePin('busybox-static').version} (i386)`,
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['sh'] },
  };
}

function entries(program: Uint8Array, applets: string[]): TarEntry[] {
  const links = applets.filter((name) => name !== 'busybox').map((name) => `bin/${name}`);
  return [
    ...directories.map(([path, mode, owner = 0]) =>
      entry(`${path}/`, 'directory', { mode, uid: owner, gid: owner }),
    ),
    ...files.map(([path, mode]) =>
      fileEntry(path, mode, readFileSync(join(import.meta.dirname, 'rootfs', path))),
    ),
    fileEntry('bin/busybox', 0o755, program),
    ...links.map((path) => entry(path, 'link', { mode: 0o755, linkname: 'bin/busybox' })),
    entry('usr/bin/env', 'symlink', { mode: 0o777, linkname: '../../bin/env' }),
  ];
}

function entry(
  name: string,
  type: 'directory' | 'link' | 'symlink',
  more: Partial<TarEntry['header']>,
): TarEntry {
  return { header: { name, type, size: 0, mtime, uid: 0, gid: 0, ...more } };
}

function fileEntry(name: string, mode: number, body: Uint8Array): TarEntry {
  return { header: { name, type: 'file', size: body.length, mode, mtime, uid: 0, gid: 0 }, body };
}
