import { readTar } from '../../../worker/oci/tar/reader.ts';
import { decodeText } from '../../../worker/oci/text.ts';

/** A layer's tar in that of `docker save`. */
export async function blobIn(
  tar: Uint8Array | AsyncIterable<Uint8Array>,
  diffId: string,
): Promise<Uint8Array> {
  const wanted = `blobs/sha256/${diffId.replace('sha256:', '')}`;
  const pieces: Uint8Array[] = [];
  let inside = false;
  for await (const event of readTar(tar instanceof Uint8Array ? once(tar) : tar)) {
    if ('entry' in event) inside = decodeText(event.entry.path) === wanted;
    else if (inside) pieces.push(event.bytes);
  }
  return Buffer.concat(pieces);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
