/** https://github.com/whatwg/fs/blob/main/proposals/FileSystemObserver.md; Chromium has it since 133. */
interface ChangeRecord {
  readonly type: string;
  readonly relativePathComponents: readonly string[];
  readonly relativePathMovedFrom?: readonly string[] | null;
}

interface Observer {
  observe(handle: FileSystemHandle, options: { recursive: boolean }): Promise<void>;
  disconnect(): void;
}

interface Scope {
  FileSystemObserver?: new (changed: (records: readonly ChangeRecord[]) => void) => Observer;
}

/**
 * Tells the paths that have changed below a folder, undefined when they cannot be told, until it is called off. Undefined
 * where the browser does not tell.
 */
export async function observe(
  handle: FileSystemDirectoryHandle,
  changed: (path: readonly string[] | undefined) => void,
): Promise<(() => void) | undefined> {
  const { FileSystemObserver } = globalThis as Scope;
  if (!FileSystemObserver) return undefined;
  const observer = new FileSystemObserver((records) => {
    for (const { type, relativePathComponents, relativePathMovedFrom } of records) {
      if (type === 'errored' || type === 'unknown') changed(undefined);
      else changed(relativePathComponents);
      if (relativePathMovedFrom) changed(relativePathMovedFrom);
    }
  });
  try {
    await observer.observe(handle, { recursive: true });
  } catch {
    return undefined;
  }
  return () => observer.disconnect();
}
