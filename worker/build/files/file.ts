/** A file that is read: of a build context, an image, a Dockerfile or an address. */
export interface SourceFile {
  readonly kind: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo';
  /** Permissions, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of the time, where they are known; layers that are made have whole seconds. */
  readonly nanoseconds?: number;
  readonly size: number;
  /** Where a symbolic link leads. */
  readonly link: string;
  readonly major: number;
  readonly minor: number;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** Tells files apart within one tree: those with the same one are the same file. */
  readonly identity: object | string | undefined;
  /** Of the contents, where somebody knows it already. */
  readonly digest?: string;
  /** What it counts for Docker's cache as, where that comes from the tar that it came in. */
  readonly sum?: string;
  contents(): AsyncIterable<Uint8Array>;
}

/** A directory as Docker makes it where one is missing. */
export function newDirectory(fields: Partial<SourceFile> = {}): SourceFile {
  return { ...blank, kind: 'directory', mode: 0o755, ...fields };
}

/** A file whose contents are in memory. */
export function memoryFile(bytes: Uint8Array, fields: Partial<SourceFile> = {}): SourceFile {
  return { ...blank, kind: 'file', mode: 0o644, ...fields, size: bytes.length, contents: () => once(bytes) };
}

const blank: Omit<SourceFile, 'kind' | 'mode'> = {
  uid: 0,
  gid: 0,
  mtime: 0,
  size: 0,
  link: '',
  major: 0,
  minor: 0,
  attributes: new Map(),
  identity: undefined,
  contents: () => once(new Uint8Array()),
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes);
}
