/** Where a download's bytes go, piece by piece. */
interface Target {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Everything was written. */
  done(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** Resolves with undefined when the person thinks better of it. Must be called for a click: it may ask where to save. */
export async function chooseTarget(name: string): Promise<Target | undefined> {
  if (window.showSaveFilePicker) return pickedFile(name);
  return (await spooled(name).catch(() => undefined)) ?? inMemory(name);
}

async function pickedFile(name: string): Promise<Target | undefined> {
  const handle = await window.showSaveFilePicker?.({ suggestedName: name }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    done: () => writable.close(),
    abort: () => writable.abort(),
  };
}

const spool = 'downloads';

/** Through a file of the browser's own, so that none of it is held in memory; it is removed at the next download. */
async function spooled(name: string): Promise<Target> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(spool, { recursive: true }).catch(() => undefined);
  const folder = await root.getDirectoryHandle(spool, { create: true });
  const handle = await folder.getFileHandle(crypto.randomUUID(), { create: true });
  const writable = await handle.createWritable();
  return {
    write: (bytes) => writable.write(bytes),
    done: async () => {
      await writable.close();
      offer(await handle.getFile(), name);
    },
    abort: () => writable.abort(),
  };
}

/** Where there are no files at all: browsers keep large blobs on disk. */
function inMemory(name: string): Target {
  let parts: Blob[] = [];
  return {
    write: async (bytes) => void parts.push(new Blob([bytes])),
    done: async () => offer(new Blob(parts), name),
    abort: async () => void (parts = []),
  };
}

const minute = 60_000;

function offer(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10 * minute);
}

/** Writes everything, or leaves nothing behind. `wrote` is told how many bytes there are now. */
export async function download(
  target: Target,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  wrote: (total: number) => void,
): Promise<number> {
  let total = 0;
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      await target.write(chunk as Uint8Array<ArrayBuffer>);
      wrote((total += chunk.length));
    }
    signal.throwIfAborted();
    await target.done();
    return total;
  } catch (error) {
    await target.abort().catch(() => undefined);
    throw error;
  }
}
