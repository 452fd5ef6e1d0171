import { dirname } from 'node:path/posix';
import { fileType } from './cpio.ts';
import type { CpioEntry } from './cpio.ts';

export function directory(path: string, permissions = 0o755): CpioEntry {
  return { path, mode: fileType.directory | permissions };
}

export function file(path: string, permissions: number, content: Uint8Array): CpioEntry {
  return { path, mode: fileType.file | permissions, content };
}

export function link(path: string, target: string): CpioEntry {
  return { path, mode: fileType.link | 0o777, content: new TextEncoder().encode(target) };
}

export function character(path: string, permissions: number, major: number, minor: number): CpioEntry {
  return { path, mode: fileType.character | permissions, device: [major, minor] };
}

/** The entries and every directory above them that is not among them: the kernel makes no parents by itself. */
export function withParents(entries: readonly CpioEntry[]): CpioEntry[] {
  const given = new Set(entries.map((entry) => entry.path));
  const parents = new Set(
    entries.flatMap((entry) => ancestors(entry.path)).filter((path) => !given.has(path)),
  );
  return [...[...parents].map((path) => directory(path)), ...entries];
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [parent, ...ancestors(parent)];
}
