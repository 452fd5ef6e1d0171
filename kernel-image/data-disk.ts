import { closeSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeDiskSeed } from './disk-seed-codec.ts';
import { needTools, toolPath } from './host-tools.ts';
import { settingsInput } from './inputs.ts';
import { artefactsDir, repositoryPath } from './paths.ts';
import { run } from './shell.ts';
import type { Stage } from './stage.ts';

const size = 8 * 2 ** 30;
const identity = '6b6f6e74-6169-4e65-a272-626f74746c65';

/**
 * Every feature is named, so that the machine's mke2fs.conf decides nothing. There are no metadata checksums, which the
 * guest would pay for: the disk lies in memory. Inode tables are marked as zeroed ("discard" on a sparse file), so that
 * the kernel does not write 128 MB of zeros after the first mount.
 */
const features =
  'none,has_journal,ext_attr,dir_index,filetype,extent,flex_bg,sparse_super,large_file,uninit_bg,dir_nlink,extra_isize';
const extended = `hash_seed=${identity},root_owner=0:0,discard,lazy_itable_init=1,lazy_journal_init=1`;
const geometry = ['-b', '4096', '-I', '256', '-i', '16384', '-m', '0', '-J', 'size=32'];
const options = [...geometry, '-L', 'bottleship', '-U', identity, '-O', features, '-E', extended];

/** Seconds since 1970 that the file system says it was made at. */
const madeAt = Date.UTC(2026, 0, 1) / 1000;

/** The data disk before its first use: an empty ext4 file system, kept as its non-zero blocks. */
export const dataDiskStage: Stage = {
  name: 'data-disk',
  inputs: async () => settingsInput({ size, options, madeAt }),
  build,
};

async function build(): ReturnType<Stage['build']> {
  await needTools('mke2fs');
  const dir = mkdtempSync(join(tmpdir(), 'bottleship-disk-'));
  try {
    const seed = gzipSync(encodeDiskSeed(chunksOf(await makeFileSystem(join(dir, 'disk'))), size), {
      level: 9,
    });
    return {
      outputs: new Map([[repositoryPath(join(artefactsDir, 'data-disk.seed.gz')), seed]]),
      builtWith: ['mke2fs'],
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function makeFileSystem(image: string): Promise<string> {
  writeFileSync(image, '');
  truncateSync(image, size);
  const env = { MKE2FS_CONFIG: '/dev/null', E2FSPROGS_FAKE_TIME: String(madeAt), PATH: toolPath };
  await run(['mke2fs', '-q', '-F', ...options, image], { env });
  return image;
}

function* chunksOf(path: string): Generator<Uint8Array> {
  const chunk = Buffer.alloc(4 << 20);
  const file = openSync(path, 'r');
  try {
    for (let offset = 0; offset < size; offset += chunk.length) {
      readSync(file, chunk, 0, chunk.length, offset);
      yield chunk;
    }
  } finally {
    closeSync(file);
  }
}
