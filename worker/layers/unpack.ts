import { streamOf } from '../content/chunks.ts';
import { errorMessage, invalid } from '../oci/errors.ts';
import { gunzipped } from './decompress.ts';
import type { FindLimits } from './limits.ts';
import { findDefaultLimits, unpackedWithin } from './limits.ts';
import { unpackBzip2 } from './unbzip2.ts';
import { unpackZstd } from './unzstd.ts';

type Bytes = AsyncIterable<Uint8Array>;

/** How a stream is packed. */
type Packing = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz';

/** The first bytes of what is packed so. */
const magics: readonly (readonly [name: Packing, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];
const headSize = 6;

const unpackers: Readonly<Record<Packing, (packed: Bytes) => Bytes>> = {
  none: (packed) => packed,
  gzip: gunzipped,
  zstd: unpackZstd,
  bzip2: unpackBzip2,
  xz: unpackXz,
};

/**
 * Unpacks what is packed, going by its first bytes, as Docker does with every archive that it is given. Broken data and
 * what grows without measure fail with `invalid`. Libraries are loaded when they are needed.
 */
export async function* unpacked(
  source: Bytes,
  limits: FindLimits = findDefaultLimits,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  yield* unpackedWithin(limits, restOf(head, iterator), unpackers[packingOf(head)]);
}

function packingOf(head: Uint8Array): Packing {
  return magics.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0] ?? 'none';
}

async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < headSize) {
    const next = await iterator.next();
    if (next.done) break;
    const joined = new Uint8Array(head.length + next.value.length);
    joined.set(head);
    joined.set(next.value, head.length);
    head = joined;
  }
  return head;
}

async function* restOf(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* unpackXz(packed: Bytes): AsyncGenerator<Uint8Array> {
  const { XzReadableStream } = await import('xz-decompress');
  const reader = new XzReadableStream(streamOf(packed)).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (error) {
    throw invalid(`broken xz data: ${errorMessage(error)}`);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
