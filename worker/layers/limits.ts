import { invalid } from '../oci/errors.ts';

/** How far unpacking goes. */
export interface UnpackLimits {
  /** Bytes that a layer or archive may unpack to. */
  readonly total: number;
  /** What is larger than this many bytes may not be more than `ratio` times as large as it was packed. */
  readonly unsuspicious: number;
  readonly ratio: number;
}

/**
 * A layer of 4 GB is more than the machine can make use of. A file of zeros packs a thousand times smaller and may well be
 * in an image; more than half a GB that packs a hundred times smaller is nothing but a bomb.
 */
export const defaultLimits: UnpackLimits = { total: 4 * 2 ** 30, unsuspicious: 2 ** 29, ratio: 100 };

/** Who knows the limits; asked when something is unpacked. */
export type FindLimits = () => Promise<UnpackLimits>;

export const findDefaultLimits: FindLimits = () => Promise.resolve(defaultLimits);

type Bytes = AsyncIterable<Uint8Array>;

/** Unpacks, and stops with `invalid` what grows without measure. */
export async function* unpackedWithin(
  find: FindLimits,
  packed: Bytes,
  unpack: (packed: Bytes) => Bytes,
): AsyncGenerator<Uint8Array> {
  const limits = await find();
  let [read, given] = [0, 0];
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of packed) {
      read += chunk.length;
      yield chunk;
    }
  };
  for await (const chunk of unpack(counted())) {
    given += chunk.length;
    if (given > limits.total) throw invalid(`it unpacks to more than ${limits.total} bytes`);
    if (given > limits.unsuspicious && given > read * limits.ratio)
      throw invalid(
        `it unpacks to more than ${limits.ratio} times its size: ${read} bytes are ${given} already`,
      );
    yield chunk;
  }
}
