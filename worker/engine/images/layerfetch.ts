import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { LayerContent } from './layercontent.ts';
import { progressMessage } from './progress.ts';
import type { FoundImage } from './source.ts';
import { tellingWaits } from './waiting.ts';

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
  const size = await content.ingest(download(fetch), blob, diffId);
  report(progressMessage(id, 'Extracting', blob.size, blob.size));
  report({ status: 'Pull complete', progressDetail: {}, id });
  return size;
}

async function* download({
  found,
  blob,
  id,
  report,
  arrived,
  signal,
}: LayerFetch): AsyncGenerator<Uint8Array> {
  let have = 0;
  let shown = -step;
  for await (const chunk of await found.open(blob, { signal, onWait: tellingWaits(report, id) })) {
    have += chunk.length;
    arrived(chunk.length);
    if (have - shown >= step) report(progressMessage(id, 'Downloading', (shown = have), blob.size));
    yield chunk;
  }
  report({ status: 'Verifying Checksum', progressDetail: {}, id });
  report({ status: 'Download complete', progressDetail: {}, id });
}
