import { packTar } from 'modern-tar';
import { memoryReader } from '../content/blobreader.ts';
import { runSuite } from '../ninep/file.suite.ts';
import { indexTar } from './layerindexer.ts';
import { layerRoot } from './layertree.ts';

const file = (name: string, body: string | Uint8Array, more = {}) => ({
  header: { name, size: body.length, mode: 0o644, type: 'file' as const, ...more },
  body,
});

const directory = (name: string, mode = 0o755) => ({
  header: { name, size: 0, mode, type: 'directory' as const },
});

async function suiteTar(): Promise<Uint8Array> {
  const pax = { mtime: '1234567890.123456789' };
  return packTar([
    file('hello', 'hello, world\n', { uid: 1000, gid: 1001, pax }),
    file(
      'big',
      Uint8Array.from({ length: 100_000 }, (_, i) => i % 251),
    ),
    file('empty', ''),
    { header: { name: 'link', size: 0, type: 'symlink', linkname: 'dir/inner', mode: 0o777 } },
    directory('dir/', 0o750),
    file('dir/inner', 'inner\n'),
    directory('dir/sub/'),
    directory('many/'),
    ...Array.from({ length: 500 }, (_, i) => file(`many/file-${i}`, '')),
  ]);
}

runSuite('layer', async () => {
  const tar = await suiteTar();
  return { root: layerRoot({ index: indexTar(tar), tar: memoryReader(tar), firstInode: 100 }) };
});

runSuite('layer of a blob that answers by promises', async () => {
  const tar = await suiteTar();
  const read = (offset: number, length: number) => Promise.resolve(tar.subarray(offset, offset + length));
  return { root: layerRoot({ index: indexTar(tar), tar: { size: tar.length, read }, firstInode: 100 }) };
});
