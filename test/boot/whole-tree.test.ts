/** Whole images, as a container sees them: every path as tar unpacks it on the host. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const registry = join(import.meta.dirname, '../../public/registry');
const alpine = join(import.meta.dirname, '../../../shared/images/alpine/alpine-minirootfs-3.20.3-x86.tar.gz');
const isRoot = process.getuid?.() === 0;

/** What the engine puts into every container, and what is mounted there. */
const engines = [
  'dev',
  'proc',
  'sys',
  '.dockerenv',
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  'etc/mtab',
];

/**
 * Tells of every file, with programs that the images have and the host too: of directories mode, owner and time; of others
 * links, size, device and inode as well; targets; contents, once for each inode.
 */
const script = [
  'cd "$1" || exit 1',
  'set -f',
  `F='find . -xdev ${engines.map((path) => `! -path ./${path} ! -path ./${path}/*`).join(' ')}'`,
  `$F -type d -exec stat -c 'd|%n|%f|%u|%g|%Y' {} +`,
  `$F ! -type d -exec stat -c 'f|%n|%f|%u|%g|%Y|%s|%h|%t,%T|%i' {} +`,
  `$F -type l -exec stat -c 'l|%N' {} +`,
  `$F -type f -exec stat -c '%i %n' {} + | sort -u -n -k 1,1 | cut -d ' ' -f 2- | tr '\\n' '\\0' | xargs -0 md5sum`,
].join('\n');

/** The lines in order, inodes told by the first name that they have; the root is dated by the container's making. */
function told(text: string): string[] {
  const lines = text.trimEnd().split('\n').sort();
  const firstOfInode = new Map<string, string>();
  const firstOfPath = new Map<string, string>();
  for (const line of lines) {
    const [, path = '', inode = ''] = /^f\|(.*?)\|.*\|(\d+)$/.exec(line) ?? [];
    if (inode === '') continue;
    if (!firstOfInode.has(inode)) firstOfInode.set(inode, path);
    firstOfPath.set(path, firstOfInode.get(inode) ?? '');
  }
  return lines.map((line) =>
    line
      .replace(/^(f\|.*\|)(\d+)$/, (_, looks: string, inode: string) => looks + firstOfInode.get(inode))
      .replace(/^([0-9a-f]{32} {2})(.*)$/, (_, hash: string, path: string) => hash + firstOfPath.get(path))
      .replace(/^(d\|\.\|.*)\|\d+$/, '$1')
      .replace(/^l.*$/, (link) => link.replaceAll("'", '')),
  );
}

function onHost(tar: Uint8Array): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'bottleship-tree-'));
  try {
    writeFileSync(join(dir, 'layer.tar'), tar);
    execFileSync('mkdir', [join(dir, 'root')]);
    execFileSync(
      'tar',
      ['--numeric-owner', '--same-owner', '--delay-directory-restore', '-xpf', 'layer.tar', '-C', 'root'],
      { cwd: dir },
    );
    const options = { maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } };
    return told(execFileSync('sh', ['-c', script, 'sh', join(dir, 'root')], options).toString());
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The lines of one that the other has not. */
function only(these: string[], those: string[]): string[] {
  const known = new Set(those);
  return these.filter((line) => !known.has(line));
}

async function expectEqual(image: string, tar: Uint8Array): Promise<void> {
  const inContainer = await machine().out(
    `docker run --rm -i --network none ${image} sh -s / << 'SCRIPT'\n${script}\nSCRIPT`,
  );
  const [ours, theirs] = [told(inContainer), onHost(tar)];
  expect({ ours: only(ours, theirs), theirs: only(theirs, ours) }).toEqual({ ours: [], theirs: [] });
  expect(ours.length).toBe(theirs.length);
}

/** The one layer of an image that lies beside the page. */
function layerOf(name: string, index = 'index.json'): Uint8Array | undefined {
  if (!existsSync(join(registry, index))) return undefined;
  const blob = (digest: string) => readFileSync(join(registry, 'blobs', digest.replace(':', '/')));
  const { manifests } = JSON.parse(readFileSync(join(registry, index), 'utf8')) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const found = manifests.find(({ annotations }) => annotations['io.containerd.image.name'] === name);
  if (found === undefined) return undefined;
  const { layers } = JSON.parse(blob(found.digest).toString()) as { layers: { digest: string }[] };
  return gunzipSync(blob(layers[0]?.digest ?? ''));
}

test.skipIf(!isRoot)('busybox', () =>
  expectEqual('busybox', layerOf('docker.io/library/busybox:latest') ?? new Uint8Array()),
);

test.skipIf(!isRoot || !existsSync(alpine))('alpine (skipped without ../shared/images)', async () => {
  const tar = gunzipSync(readFileSync(alpine));
  await machine().sh(`docker import - alpine`, tar);
  await expectEqual('alpine', tar);
});

const debian = layerOf('docker.io/library/debian:bookworm', 'index.local.json');
test.skipIf(!isRoot || debian === undefined)(
  'debian (skipped without npm run build:images)',
  () => expectEqual('debian', debian ?? new Uint8Array()),
  5 * 60_000,
);
