import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Compression } from '../../oci/mediatype.ts';
import { compressionOf } from '../../oci/mediatype.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import { invalid, notImplemented } from '../errors.ts';
import { requireDigest } from './blob.ts';
import type { LayerContent } from './layercontent.ts';
import { progressMessage } from './progress.ts';
import type { FoundImage } from './source.ts';

/** A bar moves when so many bytes more have come. */
const step = 512 * 1024;

export interface LayerFetch {
  readonly found: FoundImage;
  readonly blob: Descriptor;
  readonly diffId: DiffId;
  readonly content: LayerContent;
  /** How the layer is called in messages. */
  readonly id: string;
  readonly report: (message: ProgressMessage) => void;
  readonly arrived: (bytes: number) => void;
}

/** Downloads a layer, checks it, unpacks it into the content store. Resolves with its unpacked size. */
export async function fetchLayer(fetch: LayerFetch): Promise<number> {
  const { blob, content, diffId, id, report } = fetch;
  const unpack = decompressor(compressionOf(blob.mediaType), blob.mediaType);
  const bytes = await download(fetch);
  report({ status: 'Verifying Checksum', progressDetail: {}, id });
  await requireDigest(bytes, blob.digest);
  report({ status: 'Download complete', progressDetail: {}, id });
  const size = await content.put(
    diffId,
    unpack(chunksOf(bytes, (done) => report(progressMessage(id, 'Extracting', done, bytes.length)))),
  );
  report({ status: 'Pull complete', progressDetail: {}, id });
  return size;
}

async function download({ found, blob, id, report, arrived }: LayerFetch): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(blob.size);
  const reader = (await found.open(blob)).getReader();
  let have = 0;
  for (let shown = -step, next = await reader.read(); !next.done; next = await reader.read()) {
    if (have + next.value.length > blob.size)
      throw invalid(`layer ${blob.digest} is longer than ${blob.size} bytes`);
    bytes.set(next.value, have);
    have += next.value.length;
    arrived(next.value.length);
    if (have - shown < step) continue;
    shown = have;
    report(progressMessage(id, 'Downloading', have, blob.size));
  }
  return bytes.subarray(0, have);
}

/** The bytes in pieces, with a word about every step. */
function chunksOf(
  bytes: Uint8Array<ArrayBuffer>,
  progress: (done: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = bytes.subarray(offset, offset + step);
      offset += piece.length;
      if (piece.length === 0) return controller.close();
      progress(offset);
      controller.enqueue(piece);
    },
  });
}

type Unpack = (packed: ReadableStream<Uint8Array<ArrayBuffer>>) => ReadableStream<Uint8Array>;

function decompressor(compression: Compression | undefined, mediaType: string): Unpack {
  switch (compression) {
    case 'none':
      return (packed) => packed;
    case 'gzip':
      return (packed) => packed.pipeThrough(new DecompressionStream('gzip'));
    case 'zstd':
      throw notImplemented('layers compressed with zstd are not supported yet');
    default:
      throw invalid(`unsupported layer media type ${JSON.stringify(mediaType)}`);
  }
}
