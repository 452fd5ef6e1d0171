import { createHasher, type Hasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';
import { namesIn } from '../../oci/path.ts';
import type { TarEntry } from '../../oci/tar/scanner.ts';
import { TarScanner } from '../../oci/tar/scanner.ts';
import { typeflags } from '../../oci/tar/typeflag.ts';
import type { NewTarEntry } from '../../oci/tar/writer.ts';
import { decodeText, encodeText } from '../../oci/text.ts';

/** What of a tar header counts for Docker's cache and is shown in the history: all but the time. */
export interface SummedHeader extends Omit<NewTarEntry, 'mtime' | 'link' | 'size' | 'attributes'> {
  readonly link: Uint8Array;
  readonly size: number;
  readonly userName?: Uint8Array;
  readonly groupName?: Uint8Array;
  readonly major: number;
  readonly minor: number;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** "tarsum.v1": https://github.com/moby/moby/blob/v28.5.2/pkg/tarsum/tarsum_spec.md */
export function sumHeader(hasher: Hasher, header: SummedHeader): void {
  const text = (name: string, value: Uint8Array | number | string = '') => {
    hasher.update(encodeText(name));
    hasher.update(value instanceof Uint8Array ? value : encodeText(String(value)));
  };
  text('name', header.path);
  text('mode', header.mode);
  text('uid', header.uid);
  text('gid', header.gid);
  text('size', header.size);
  text('typeflag', typeflags[header.type]);
  text('linkname', header.link);
  text('uname', header.userName);
  text('gname', header.groupName);
  text('devmajor', header.major);
  text('devminor', header.minor);
  for (const [name, value] of [...header.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) text(name, value);
}

/** The sums of the files of a tar that streams by, by their paths: headers as they are written, and contents. */
export class TarSums {
  readonly #hasher: Hasher;
  readonly #sums = new Map<string, string>();
  readonly #scanner = new TarScanner((entry) => this.#begin(entry));
  #chunk: Uint8Array = new Uint8Array();
  /** Where the chunk lies in the archive. */
  #start = 0;
  #path: string | undefined;
  /** Where the contents go on, and end. */
  #next = 0;
  #end = 0;

  private constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  static async create(): Promise<TarSums> {
    return new TarSums(await createHasher());
  }

  write(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#scanner.write(chunk);
    this.#feed();
    this.#start += chunk.length;
  }

  /** Bytes that the archive has at least, by the header that was read last. */
  get announced(): number {
    return this.#end;
  }

  /** To be called once, at the end. */
  finish(): ReadonlyMap<string, string> {
    this.#finishFile();
    return this.#sums;
  }

  #begin(entry: TarEntry): void {
    this.#feed();
    this.#finishFile();
    const { type, offset, rawMode: mode, xattrs: attributes = new Map<string, Uint8Array>() } = entry;
    this.#hasher.restart();
    sumHeader(this.#hasher, { ...entry, mode, attributes });
    this.#path = namesIn(decodeText(entry.path)).join('/') || '.';
    this.#next = offset;
    this.#end = offset + (type === 'file' ? entry.size : 0);
  }

  #feed(): void {
    const from = Math.max(0, this.#next - this.#start);
    const bytes = this.#chunk.subarray(from, Math.max(from, this.#end - this.#start));
    if (bytes.length === 0) return;
    this.#hasher.update(bytes);
    this.#next += bytes.length;
  }

  /** Of two files of the same name the first counts. */
  #finishFile(): void {
    if (this.#path === undefined || this.#sums.has(this.#path)) return;
    this.#sums.set(this.#path, digestHex(this.#hasher.digest()));
  }
}
