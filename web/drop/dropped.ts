/** Something that a person has dropped on the page. */
export type DroppedItem = { kind: 'file'; file: File } | { kind: 'folder'; folder: DroppedFolder };

/** A folder to read from: a copy of nothing, its files are read when they are asked for. */
export interface DroppedFolder {
  readonly name: string;
  /** Where the browser lets the page write back. */
  readonly handle?: FileSystemDirectoryHandle;
  /** Every file below, with its path in the folder; and folders, which end in a slash. */
  entries(): AsyncIterable<DroppedEntry>;
}

export interface DroppedEntry {
  path: string;
  /** Undefined for a folder. */
  file?: File;
}

interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** The list is only valid during the event, so everything is taken out of it before anything is waited for. */
export function droppedItems(transfer: DataTransfer): Promise<DroppedItem[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  return Promise.all(items.map(droppedItem)).then((found) => found.filter((item) => item !== undefined));
}

function droppedItem(item: DataTransferItem & HandleItem): Promise<DroppedItem | undefined> {
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  if (entry?.isDirectory) return fromFolder(entry as FileSystemDirectoryEntry, item);
  return Promise.resolve(file ? { kind: 'file', file } : undefined);
}

/** With its handle where there is one. It is read by its entries: Chromium's handles leave out names that Windows has not. */
async function fromFolder(
  entry: FileSystemDirectoryEntry,
  item: DataTransferItem & HandleItem,
): Promise<DroppedItem> {
  const handle = await item.getAsFileSystemHandle?.().catch(() => null);
  const folder = folderOfEntry(entry);
  return { kind: 'folder', folder: handle && isFolder(handle) ? { ...folder, handle } : folder };
}

function isFolder(found: FileSystemHandle): found is FileSystemDirectoryHandle {
  return found.kind === 'directory';
}

function folderOfEntry(entry: FileSystemDirectoryEntry): DroppedFolder {
  return { name: entry.name, entries: () => entriesOfEntry(entry, '') };
}

async function* entriesOfEntry(
  directory: FileSystemDirectoryEntry,
  path: string,
): AsyncGenerator<DroppedEntry> {
  for await (const child of childrenOf(directory)) {
    const childPath = path + child.name;
    if (child.isFile) yield { path: childPath, file: await fileOf(child as FileSystemFileEntry) };
    else {
      yield { path: `${childPath}/` };
      yield* entriesOfEntry(child as FileSystemDirectoryEntry, `${childPath}/`);
    }
  }
}

/** They come by the hundred, and none at the end. */
async function* childrenOf(directory: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = directory.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((found, failed) => reader.readEntries(found, failed));
    if (some.length === 0) return;
    yield* some;
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((found, failed) => entry.file(found, failed));
}
