/** The machine image: what `npm run build:state` puts into a folder of static files. */

/** `machine.json`. Paths are relative to the folder. */
export interface MachineImage {
  /** Bytes of memory of the machine that the state was saved of. */
  memory: number;
  /** v86's WebAssembly, gzip. */
  wasm: ImageFile;
  /** The saved state, zstd. */
  state: ImageFile;
  /** The data disk before its first use (see `DiskSeed`), gzip. */
  disk: ImageFile;
  /** For a cold boot, when the state cannot be restored. */
  bios: ImageFile;
  kernel: ImageFile;
  initramfs: ImageFile;
}

export interface ImageFile {
  path: string;
  /** Bytes as served. */
  size: number;
}

/** Fetches a static file of the folder; rejects or answers with a status that is not ok when it cannot be had. */
export type FetchFile = (path: string, init?: RequestInit) => Promise<Response>;

export type OnReceived = (received: number) => void;

/** Fetches one file as a whole and tells how much of it has come. Rejects with a message for people. */
export async function fetchFile(
  fetchFile: FetchFile,
  path: string,
  onReceived?: OnReceived,
): Promise<ArrayBuffer> {
  const response = await checkedResponse(fetchFile, path);
  return new Response(counted(response.body, onReceived)).arrayBuffer();
}

/** The same, inflated on the way. */
export async function fetchGzip(
  fetchFile: FetchFile,
  path: string,
  type: string,
  onReceived?: OnReceived,
): Promise<Response> {
  const response = await checkedResponse(fetchFile, path);
  const inflated = counted(response.body, onReceived)?.pipeThrough(new DecompressionStream('gzip'));
  return new Response(inflated ?? null, { headers: { 'Content-Type': type } });
}

async function checkedResponse(fetchFile: FetchFile, path: string): Promise<Response> {
  const response = await fetchFile(path).catch((error: unknown) => {
    throw new Error(`The machine's file ${path} could not be fetched: ${String(error)}`);
  });
  if (!response.ok)
    throw new Error(`The machine's file ${path} could not be fetched: HTTP status ${response.status}`);
  return response;
}

function counted(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  onReceived: OnReceived | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  if (!body || !onReceived) return body;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      onReceived(chunk.length);
      controller.enqueue(chunk);
    },
  });
  return body.pipeThrough(counter);
}
