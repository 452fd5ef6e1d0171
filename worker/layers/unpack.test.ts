import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { unpacked } from './unpack.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(bytes: Uint8Array, size = 10_000): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of unpacked(pieces(bytes, size))) parts.push(part);
  return Buffer.concat(parts);
}

const pack = (tool: string, input: Uint8Array): Buffer =>
  execFileSync(tool, ['-c'], { input, maxBuffer: 1 << 28 });
const data = Buffer.concat([randomBytes(300_000), Buffer.alloc(2_000_000, 'abc'), randomBytes(10)]);

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.each(['gzip', 'bzip2', 'xz', 'zstd'].filter(has))('%s', (tool) => {
  test.each([1 << 20, 4_099, 7])('comes back, in pieces of %i bytes', async (size) => {
    const some = size < 100 ? data.subarray(0, 5000) : data;
    expect((await unpack(pack(tool, some), size)).equals(some)).toBe(true);
  });

  test('what ends too soon is an error', async () => {
    const packed = pack(tool, data);
    await expect(unpack(packed.subarray(0, packed.length - 20))).rejects.toMatchObject({ kind: 'invalid' });
    await expect(unpack(packed.subarray(0, 100))).rejects.toMatchObject({ kind: 'invalid' });
  });

  // The zstd library does not look at checksums.
  test.skipIf(tool === 'zstd')('what is broken is an error', async () => {
    const packed = pack(tool, randomBytes(100_000));
    packed.fill(0x55, 5000, 6000);
    await expect(unpack(packed)).rejects.toMatchObject({ kind: 'invalid' });
  });

  test('nothing packed is nothing', async () => {
    expect(await unpack(pack(tool, new Uint8Array()))).toHaveLength(0);
  });
});

test.skipIf(!has('bzip2'))('several streams of bzip2, one after the other', async () => {
  const both = Buffer.concat([pack('bzip2', Buffer.from('one ')), pack('bzip2', Buffer.from('two'))]);
  expect((await unpack(both, 3)).toString()).toBe('one two');
});

test('what is not packed stays as it is', async () => {
  expect((await unpack(Buffer.from('plain'))).toString()).toBe('plain');
  expect((await unpack(new Uint8Array())).length).toBe(0);
});
