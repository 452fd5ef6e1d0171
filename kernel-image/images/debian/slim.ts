import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What Debian's own slim images leave out, for dpkg and for what is there already; licences stay. */
const excluded = ['doc', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'].map(
  (name) => `usr/share/${name}`,
);

/** Directories that are emptied: caches, lists, logs, device nodes that the container gets from its runtime. */
const emptied = [
  'dev',
  'proc',
  'run',
  'sys',
  'tmp',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
  'var/tmp',
];

/** Files that tell of the machine that the image was built on, or are made again. */
const removed = [
  'etc/hostname',
  'etc/resolv.conf',
  'var/cache/ldconfig/aux-cache',
  'var/cache/debconf/config.dat-old',
];

/** Settings of Docker's Debian images: no services started by packages, no caches kept, no fsync. */
const written: Record<string, string> = {
  'etc/apt/apt.conf.d/docker-clean': [
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };',
    'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";',
  ].join('\n'),
  'etc/apt/apt.conf.d/docker-gzip-indexes': 'Acquire::GzipIndexes "true";',
  'etc/apt/apt.conf.d/docker-no-languages': 'Acquire::Languages "none";',
  'etc/apt/apt.conf.d/docker-autoremove-suggests': 'Apt::AutoRemove::SuggestsImportant "false";',
  'etc/dpkg/dpkg.cfg.d/docker-apt-speedup': 'force-unsafe-io',
  'etc/dpkg/dpkg.cfg.d/docker': [
    ...excluded.map((path) => `path-exclude /${path}/*`),
    'path-include /usr/share/doc/*/copyright',
  ].join('\n'),
  'etc/machine-id': '',
  'usr/sbin/policy-rc.d': '#!/bin/sh\n\n# A container starts no services by itself.\nexit 101',
};

/** Strips a bootstrapped tree in place. */
export function slim(root: string): void {
  for (const path of excluded) removeExcluded(join(root, path));
  for (const path of emptied) empty(join(root, path));
  for (const path of removed) rmSync(join(root, path), { force: true });
  for (const [path, text] of Object.entries(written)) write(join(root, path), text);
  mkdirSync(join(root, 'var/lib/apt/lists/partial'), { recursive: true });
  mkdirSync(join(root, 'var/cache/apt/archives/partial'), { recursive: true });
  chmodSync(join(root, 'usr/sbin/policy-rc.d'), 0o755);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text === '' ? '' : `${text}\n`);
}

/** Removes everything in a directory but the copyright files, and the directories that are empty then. */
function removeExcluded(directory: string): void {
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    if (name === 'copyright') continue;
    if (lstatSync(path).isDirectory()) removeExcluded(path);
    if (!lstatSync(path).isDirectory() || namesIn(path).length === 0) rmSync(path, { recursive: true });
  }
}

function empty(directory: string): void {
  for (const name of namesIn(directory)) rmSync(join(directory, name), { recursive: true });
}

function namesIn(directory: string): string[] {
  return lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(directory) : [];
}
