import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { LayerContent } from './layercontent.ts';
import { paced, progressMessage } from './progress.ts';
import type { FoundImage } from './source.ts';
import { tellingWaits } from './waiting.ts';

export interface LayerFetch {
  readonly found: FoundImage;
  readonly blob: Descriptor;
  readonly diffId: DiffId;
  readonly content: LayerContent;
  /** How the layer is called in messages. */
  readonly id: string;
  readonly report: (message: ProgressMessage) => void;
  /** Called with the number of bytes that have come, packed. */
  readonly arrived: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a layer in and resolves with its unpacked size. Downloading, checking and unpacking are one pass; the messages
 * tell of them one after the other, as people know it.
 */
export async function fetchLayer(fetch: LayerFetch): Promise<number> {
  const { blob, content, diffId, id, report } = fetch;
  let asked = false;
  const open = async (from: number): Promise<AsyncIterable<Uint8Array>> => {
    asked = true;
    return download(fetch, from);
  };
  const size = await content.fetch(open, blob, diffId);
  if (!asked) fetch.arrived(blob.size);
  report({ status: 'Download complete', progressDetail: {}, id });
  report(progressMessage(id, 'Extracting', blob.size, blob.size));
  report({ status: 'Pull complete', progressDetail: {}, id });
  return size;
}

/** What is before `from` is here from an earlier time. */
async function* download(fetch: LayerFetch, from: number): AsyncGenerator<Uint8Array> {
  const { found, blob, id, report, arrived, signal } = fetch;
  let have = from;
  const tell = paced(blob.size, (current) => report(progressMessage(id, 'Downloading', current, blob.size)));
  arrived(from);
  for await (const chunk of await found.open(blob, { signal, onWait: tellingWaits(report, id) }, from)) {
    signal?.throwIfAborted();
    have += chunk.length;
    arrived(chunk.length);
    tell(have);
    yield chunk;
  }
  report({ status: 'Verifying Checksum', progressDetail: {}, id });
}
