import { errorMessage, invalid } from '../oci/errors.ts';

/**
 * Unpacks zstd as it comes, also several frames one after the other. Broken data fails with `invalid`, unless only the
 * frame's checksum shows it, which the library does not look at.
 */
export async function* unpackZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((bytes) => unpacked.push(bytes));
  const push = (bytes: Uint8Array, isLast: boolean): Uint8Array[] => {
    try {
      stream.push(bytes, isLast);
    } catch (error) {
      throw invalid(`broken zstd data: ${errorMessage(error)}`);
    }
    return unpacked.splice(0);
  };
  for await (const chunk of packed) yield* push(chunk, false);
  yield* push(new Uint8Array(), true);
}
