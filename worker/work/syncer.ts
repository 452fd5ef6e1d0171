import { WorkDirectory } from './directory.ts';
import { hostError, isNamed } from './errors.ts';
import { WorkFile } from './file.ts';
import type { WorkNode } from './node.ts';

/** Milliseconds until a change goes to the host: those that come together go together. */
const soon = 30;
/** A file that is still open will likely change again, and is written whole each time. */
const later = 3000;
const atOnce = 8;

interface Entry {
  readonly directory: WorkDirectory;
  readonly name: string;
}

/**
 * Makes the host's folder what the tree is: the guest does not wait for the host but where it asks to (fsync). Each pass
 * takes what was marked and looks at how it stands then, so many changes of one file are one write. What is not there
 * any more goes first, since a host that does not tell case may take it for what comes.
 */
export class Syncer {
  readonly #marked = new Map<WorkDirectory, Set<string>>();
  readonly #records = new Set<WorkDirectory>();
  readonly #failed: (error: Error, path: string) => void;
  #timer: { at: number; id: ReturnType<typeof setTimeout> } | undefined;
  #passing: Promise<void> | undefined;

  /** `failed` is told of everything the host did not take; it is not tried again before it changes again. */
  constructor(failed: (error: Error, path: string) => void) {
    this.#failed = failed;
  }

  mark(directory: WorkDirectory, name: string, isBusy: boolean): void {
    const names = this.#marked.get(directory) ?? new Set();
    this.#marked.set(directory, names.add(name));
    this.#wake(isBusy ? later : soon);
  }

  markRecord(directory: WorkDirectory): void {
    this.#records.add(directory);
    this.#wake(soon);
  }

  /** Resolves when the host has everything that was changed before; rejects when it did not take something. */
  async flush(): Promise<void> {
    await this.#passing;
    while (this.#marked.size > 0 || this.#records.size > 0) await this.#pass();
  }

  #wake(delay: number): void {
    const at = Date.now() + delay;
    if (this.#timer && this.#timer.at <= at) return;
    clearTimeout(this.#timer?.id);
    const id = setTimeout(() => {
      this.#timer = undefined;
      this.#pass().catch(() => undefined);
    }, delay);
    this.#timer = { at, id };
  }

  #pass(): Promise<void> {
    this.#passing ??= this.#everything().finally(() => {
      this.#passing = undefined;
      // What was marked meanwhile has had its time come, and found this pass under way.
      if (this.#marked.size > 0 || this.#records.size > 0) this.#wake(soon);
    });
    return this.#passing;
  }

  async #everything(): Promise<void> {
    const entries = [...this.#marked].flatMap(([directory, names]) =>
      [...names].map((name) => ({ directory, name })),
    );
    const records = [...this.#records];
    this.#marked.clear();
    this.#records.clear();
    const failures: Error[] = [];
    const attempt = (work: (entry: Entry) => Promise<void>) => async (entry: Entry) => {
      try {
        await work(entry);
      } catch (error) {
        failures.push(hostError(error));
        this.#failed(
          hostError(error),
          entry.directory.path === '' ? entry.name : `${entry.directory.path}/${entry.name}`,
        );
      }
    };
    await pooled(
      entries.filter((entry) => !isThere(entry)),
      attempt(removeEntry),
    );
    await pooled(entries.filter(isThere), attempt(putEntry));
    for (const directory of records)
      await directory.saveRecord().catch((error: Error) => failures.push(error));
    const [failure] = failures;
    if (failure) throw failure;
  }
}

function isThere({ directory, name }: Entry): boolean {
  return isHosts(directory.known(name));
}

/** Symbolic links are not. */
function isHosts(node: WorkNode | undefined): node is WorkFile | WorkDirectory {
  return node instanceof WorkFile || node instanceof WorkDirectory;
}

async function pooled(entries: readonly Entry[], work: (entry: Entry) => Promise<void>): Promise<void> {
  const queue = [...entries];
  const worker = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) await work(entry);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
}

async function removeEntry({ directory, name }: Entry): Promise<void> {
  // Of a directory that has been moved or removed the host has nothing.
  await directory.handle?.removeEntry(name, { recursive: true }).catch((error: unknown) => {
    if (!isNamed(error, 'NotFoundError')) throw error;
  });
  if (!isHosts(directory.known(name))) directory.synced(name);
}

async function putEntry({ directory, name }: Entry): Promise<void> {
  const parent = await handleOf(directory);
  const node = directory.known(name);
  if (!parent || !isHosts(node)) return;
  if (node instanceof WorkDirectory) await handleOf(node);
  else if (node.isChanged) await putFile(parent, name, node);
  if (directory.known(name) === node && !(node instanceof WorkFile && node.isChanged)) directory.synced(name);
}

async function putFile(parent: FileSystemDirectoryHandle, name: string, file: WorkFile): Promise<void> {
  const handle = await ofKind(parent, name, () => parent.getFileHandle(name, { create: true }));
  const { version } = file;
  const writable = await handle.createWritable();
  try {
    await writable.write(file.content);
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    throw error;
  }
  await file.written(handle, version);
}

/** Makes the directory, and those above it, where the host does not have them; undefined for one that is gone. */
async function handleOf(directory: WorkDirectory): Promise<FileSystemDirectoryHandle | undefined> {
  if (directory.handle) return directory.handle;
  const { parent, name } = directory;
  const above = parent && (await handleOf(parent));
  if (!above) return undefined;
  const made = await ofKind(above, name, () => above.getDirectoryHandle(name, { create: true }));
  directory.handle ??= made;
  return made;
}

/** What the host has of another kind under that name gives way. */
async function ofKind<H>(
  parent: FileSystemDirectoryHandle,
  name: string,
  make: () => Promise<H>,
): Promise<H> {
  try {
    return await make();
  } catch (error) {
    if (!isNamed(error, 'TypeMismatchError')) throw error;
    await parent.removeEntry(name, { recursive: true });
    return make();
  }
}
