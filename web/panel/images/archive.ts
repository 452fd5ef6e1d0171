import type { DroppedFolder } from '../../drop/dropped.ts';
import type { Archive } from './tasks.ts';

const chunkSize = 1 << 20;

export function archiveOfFile(file: File): Archive {
  return { name: file.name, size: file.size, bytes: () => bytesOf(file) };
}

/** By slices: not every browser iterates over a stream, and a slice is read when there is room for it. */
async function* bytesOf(file: Blob): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.size; offset += chunkSize)
    yield new Uint8Array(await file.slice(offset, offset + chunkSize).arrayBuffer());
}

const archiveName = /\.(tar|tgz|tar\.(gz|zst|xz|bz2))$/i;

/** Whether the file is a tar, packed or not, by its name or by how it begins. */
export async function isArchive(file: File): Promise<boolean> {
  if (archiveName.test(file.name)) return true;
  const begin = new Uint8Array(await file.slice(257, 262).arrayBuffer());
  return new TextDecoder().decode(begin) === 'ustar';
}

/** Whether the folder is an OCI image layout, or an unpacked `docker save`. */
export async function isImageLayout(folder: DroppedFolder): Promise<boolean> {
  for await (const { path } of folder.entries())
    if (path === 'oci-layout' || path === 'manifest.json') return true;
  return false;
}

/** The tar of a folder, made as it is read. */
export function archiveOfFolder(folder: DroppedFolder): Archive {
  return { name: folder.name, size: undefined, bytes: () => tarOf(folder) };
}

async function* tarOf(folder: DroppedFolder): AsyncGenerator<Uint8Array> {
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const filled = fill(folder, controller);
  // It is heard of by the reader, too.
  filled.catch(() => undefined);
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return await filled;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

type Packer = ReturnType<typeof import('modern-tar').createTarPacker>['controller'];

async function fill(folder: DroppedFolder, packer: Packer): Promise<void> {
  try {
    for await (const { path, file } of folder.entries()) {
      if (!file) continue;
      // A tar has no times before 1970, and whole seconds.
      const mtime = new Date(Math.floor(Math.max(0, file.lastModified) / 1000) * 1000);
      await file.stream().pipeTo(packer.add({ name: path, size: file.size, mtime, type: 'file' }));
    }
    packer.finalize();
  } catch (error) {
    packer.error(error);
    throw error;
  }
}
