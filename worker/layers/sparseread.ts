import type { BlobReader } from '../content/blobreader.ts';
import type { MaybePromise } from '../ninep/maybe.ts';
import { andThen, isPromise } from '../ninep/maybe.ts';
import type { SparseMap } from '../oci/tar/sparse.ts';

/** Reads a range of a sparse file whose data starts at `start` in the tar; holes read as zeros. */
export function readSparse(
  tar: BlobReader,
  start: number,
  map: SparseMap,
  offset: number,
  length: number,
): MaybePromise<Uint8Array> {
  const out = new Uint8Array(length);
  const waiting: Promise<void>[] = [];
  let stored = start;
  for (let i = 0; i < map.length; i += 2) {
    const [at = 0, size = 0] = [map[i], map[i + 1]];
    const from = Math.max(at, offset);
    const to = Math.min(at + size, offset + length);
    const source = stored + from - at;
    stored += size;
    if (from >= to) continue;
    const copied = andThen(tar.read(source, to - from), (data) => out.set(data, from - offset));
    if (isPromise(copied)) waiting.push(copied);
  }
  return waiting.length === 0 ? out : Promise.all(waiting).then(() => out);
}
