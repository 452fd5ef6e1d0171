/** The folders below /root/work, as the page sees them. Paths are relative to it, with slashes, and empty for itself. */
export interface WorkApi {
  /**
   * Shows a folder of the visitor's, a FileSystemDirectoryHandle that may be read and written, below /root/work. Resolves
   * with its name there.
   */
  open(folder: object): Promise<string>;
  /** Shows it no more; what was changed has been written back. */
  close(name: string): Promise<void>;
  /** Names of the folders that are shown. */
  opened(): Promise<string[]>;
  /** By name, directories first. */
  list(path: string): Promise<WorkEntry[]>;
  read(path: string): Promise<Uint8Array>;
  /** Writes the whole file, making it and the directories above it where they are not there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  mkdir(path: string): Promise<void>;
  /** With all that is below. */
  remove(path: string): Promise<void>;
  rename(path: string, to: string): Promise<void>;
  /** Until the port is closed. Called for changes of the guest's, the host's and the page's own. */
  watch(changed: (changes: WorkChange[]) => void): Promise<void>;
}

export interface WorkEntry {
  name: string;
  kind: 'file' | 'directory' | 'symlink';
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface WorkChange {
  /** Of the directory that changed, or of what could not be written back. */
  path: string;
  /** Why the folder behind it did not take what the guest wrote. */
  failure?: string;
}
