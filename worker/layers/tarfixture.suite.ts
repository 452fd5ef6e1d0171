import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryReader } from '../content/blobreader.ts';
import { Rgetattr } from '../ninep/messages.ts';
import { NinepServer } from '../ninep/server.ts';
import { TestClient } from '../ninep/testclient.suite.ts';
import { encodeText } from '../oci/text.ts';
import { indexTar } from './layerindexer.ts';
import { layerRoot } from './layertree.ts';
import { concat } from '../oci/bytes.ts';

/** Runs `body` in a folder of its own and removes it. */
export async function inScratch<T>(body: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'bottleship-layers-'));
  try {
    return await body(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The tar that GNU tar makes of a folder. */
export function gnuTar(dir: string, ...options: string[]): Uint8Array {
  return execFileSync('tar', [...options, '-C', dir, '-cf', '-', '.'], { maxBuffer: 1 << 30 });
}

/** What is in files, by inode: hard links are read once. */
type Digests = Map<number | bigint, unknown>;

function once<T>(known: Map<number | bigint, unknown>, inode: number | bigint, read: () => T): T {
  if (!known.has(inode)) known.set(inode, read());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one map holds what one function reads
  return known.get(inode) as T;
}

/** What is compared of a file. */
export interface Seen {
  readonly mode: string;
  readonly owner: string;
  readonly mtime: string;
  readonly nlink: number;
  readonly content: string;
}

/** What lies in a folder, by path. */
export function seenOnDisk(dir: string, path = '.', known: Digests = new Map()): Record<string, Seen> {
  const full = join(dir, path);
  const stat = lstatSync(full, { bigint: true });
  const children = stat.isDirectory() ? readdirSync(full) : [];
  const content = stat.isSymbolicLink()
    ? readlinkSync(full)
    : stat.isFile()
      ? once(known, stat.ino, () => digest(readFileSync(full)))
      : '';
  const seen: Seen = {
    mode: stat.mode.toString(8),
    owner: `${stat.uid}:${stat.gid}`,
    mtime: `${stat.mtimeNs / 1_000_000_000n}.${String(stat.mtimeNs % 1_000_000_000n).padStart(9, '0')}`,
    nlink: Number(stat.nlink),
    content,
  };
  return Object.assign(
    { [path]: seen },
    ...children.map((name) => seenOnDisk(dir, `${path}/${name}`, known)),
  );
}

/** What a tar's layer shows over 9P, by path. */
export async function seenInLayer(tar: Uint8Array): Promise<Record<string, Seen>> {
  return seenOver9p(await serve(tar), [], new Map());
}

/** A client of a tar's layer. */
export function serve(tar: Uint8Array): Promise<TestClient> {
  const tree = { index: indexTar(tar), tar: memoryReader(tar), firstInode: 1 };
  return TestClient.attached(new NinepServer(() => layerRoot(tree)).handle9p, 512_000);
}

async function seenOver9p(
  client: TestClient,
  names: string[],
  known: Digests,
): Promise<Record<string, Seen>> {
  const stat = await client.stat(...names);
  const out: Record<string, Seen> = {
    [['.', ...names].join('/')]: {
      mode: stat.mode.toString(8),
      owner: `${stat.uid}:${stat.gid}`,
      mtime: `${stat.mtime.seconds}.${String(stat.mtime.nanoseconds).padStart(9, '0')}`,
      nlink: stat.nlink,
      content: await once(known, stat.qid.path, () => contentOf(client, stat, names)),
    },
  };
  if (stat.qid.type !== 0x80) return out;
  for (const { name } of await client.readdir(names)) {
    if (name !== '.' && name !== '..') Object.assign(out, await seenOver9p(client, [...names, name], known));
  }
  return out;
}

async function contentOf(client: TestClient, { mode }: ReturnType<typeof Rgetattr.decode>, names: string[]) {
  if (mode >> 12 === 0o10) return digest(await client.readFile(...names));
  return mode >> 12 === 0o12 ? client.readlink(...names) : '';
}

function digest(data: Uint8Array): string {
  return `${data.length} bytes, ${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
}

export interface RawEntry {
  readonly name: string;
  readonly type?: string;
  readonly data?: string | Uint8Array;
  readonly link?: string;
  readonly mode?: number;
  readonly size?: number;
  readonly dev?: readonly [number, number];
}

/** A tar written by hand, entry by entry, for what no tar program would write. */
export function rawTar(...entries: RawEntry[]): Uint8Array {
  return concat([...entries.map(rawEntry), new Uint8Array(1024)]);
}

/** PAX records as the data of an `x` or `g` entry. */
export function paxData(records: Record<string, string | Uint8Array>): Uint8Array {
  return concat(Object.entries(records).map(([key, value]) => paxRecord(key, value)));
}

function paxRecord(key: string, value: string | Uint8Array): Uint8Array {
  const rest = concat([
    encodeText(` ${key}=`),
    typeof value === 'string' ? encodeText(value) : value,
    encodeText('\n'),
  ]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return concat([encodeText(String(length)), rest]);
}

function rawEntry({
  name,
  type = '0',
  data = '',
  link = '',
  mode = 0o644,
  size,
  dev = [0, 0],
}: RawEntry): Uint8Array {
  const bytes = typeof data === 'string' ? encodeText(data) : data;
  const block = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  const octal = (value: number, at: number, width: number) =>
    put(value.toString(8).padStart(width - 1, '0'), at);
  const put = (text: string, at: number) => block.set(encodeText(text), at);
  put(name.slice(0, 100), 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size ?? bytes.length, 124, 12);
  octal(1_000_000_000, 136, 12);
  put(type, 156);
  put(link.slice(0, 100), 157);
  put('ustar', 257);
  put('00', 263);
  octal(dev[0], 329, 8);
  octal(dev[1], 337, 8);
  put('        ', 148);
  octal(
    block.subarray(0, 512).reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  block.set(bytes, 512);
  return block;
}
