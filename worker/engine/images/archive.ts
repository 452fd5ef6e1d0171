import type { BlobReader } from '../../content/blobreader.ts';
import type { ContentStore } from '../../content/contentstore.ts';
import type { TarEntry } from '../../oci/tar/scanner.ts';
import { TarScanner } from '../../oci/tar/scanner.ts';
import type { Digest } from '../../oci/digest.ts';
import { invalid } from '../../oci/errors.ts';

interface Place {
  readonly offset: number;
  readonly size: number;
  /** Of a link, within the archive. */
  readonly target: string | undefined;
}

/** Bytes of a manifest or config; the largest ones in the wild have some 100 kB. */
const maxDocument = 8 << 20;
const piece = 1 << 20;

/** Where an archive is kept while it is read. */
export type ArchiveStore = Pick<ContentStore, 'writer' | 'reader' | 'delete'>;

/**
 * A `docker save` tar, kept in the content store while it is read: its documents come last and its layers in any order.
 * Lifecycle: `receive`, reading, `close`.
 */
export class ImageArchive {
  readonly #content: ArchiveStore;
  readonly #blob: Digest;
  readonly #reader: BlobReader;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(content: ArchiveStore, blob: Digest, reader: BlobReader, places: Map<string, Place>) {
    this.#content = content;
    this.#blob = blob;
    this.#reader = reader;
    this.#places = places;
  }

  /** Takes a tar in. Fails with `invalid` when it is none. */
  static async receive(source: AsyncIterable<Uint8Array>, content: ArchiveStore): Promise<ImageArchive> {
    const places = new Map<string, Place>();
    const scanner = new TarScanner((entry) => keep(places, entry));
    const writer = await content.writer();
    try {
      for await (const chunk of source) {
        scanner.write(chunk);
        await writer.write(chunk);
      }
      scanner.end();
      const { digest } = await writer.commit();
      return new ImageArchive(content, digest, await content.reader(digest), places);
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  has(path: string): boolean {
    return this.#places.has(clean(path));
  }

  /** The folders at its top that have files, in the order of their names. */
  folders(): string[] {
    const paths = [...this.#places.keys()].filter((path) => path.includes('/'));
    return [...new Set(paths.map((path) => path.slice(0, path.indexOf('/'))))].sort();
  }

  size(path: string): number {
    return this.#place(path).size;
  }

  /** A small document, whole. */
  async text(path: string): Promise<string> {
    const { offset, size } = this.#place(path);
    if (size > maxDocument) throw invalid(`${path} in the archive is too large: ${size} bytes`);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.#reader.read(offset, size));
  }

  async *bytes(path: string): AsyncGenerator<Uint8Array> {
    const { offset, size } = this.#place(path);
    for (let at = 0; at < size; at += piece)
      yield await this.#reader.read(offset + at, Math.min(piece, size - at));
  }

  async close(): Promise<void> {
    await this.#content.delete(this.#blob);
  }

  /** Old archives name a layer that two images share by a link. */
  #place(path: string): Place {
    const place = this.#places.get(clean(path));
    const found = place?.target === undefined ? place : this.#places.get(place.target);
    if (found === undefined || found.target !== undefined)
      throw invalid(`invalid archive: ${path}: no such file`);
    return found;
  }
}

function keep(places: Map<string, Place>, { type, path, link, offset, size, sparse }: TarEntry): void {
  if (type !== 'file' && type !== 'symlink' && type !== 'hardlink') return;
  const name = clean(new TextDecoder().decode(path));
  if (sparse !== undefined) throw invalid(`invalid archive: ${name} is sparse`);
  const to = new TextDecoder().decode(link);
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const target = type === 'file' ? undefined : clean(type === 'symlink' ? folder + to : to);
  places.set(name, { offset, size, target });
}

function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
