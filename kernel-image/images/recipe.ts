import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { packTar } from 'modern-tar';
import { filesBelow } from '../inputs.ts';

/** A file of a build context. */
export interface ContextFile {
  /** Below the context. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isProgram?: boolean;
}

/** An image that comes with the page, made of the Dockerfile in a folder. */
export interface Recipe {
  /** Full names, with registry and tag. */
  readonly names: readonly string[];
  /** SOURCE_DATE_EPOCH: seconds since 1970. Images are dated by their contents, not by their build. */
  readonly epoch: number;
  /** The build context, with the Dockerfile. */
  readonly context: readonly ContextFile[];
  /** Further contexts, by the names that the Dockerfile calls them. */
  readonly contexts?: Readonly<Record<string, readonly ContextFile[]>>;
}

/** 2026-01-01: what is of no package's date has this. */
export const defaultEpoch = 1_767_225_600;

/** The files of a folder that its Dockerfile may copy, and the Dockerfile. */
export function recipeFolder(folder: string): ContextFile[] {
  return filesBelow(folder)
    .filter((file) => !file.endsWith('.ts'))
    .map((file) => ({ path: relative(folder, file), bytes: readFileSync(file) }));
}

/** As a tar that is the same on every machine: no owner, mode or date of a working tree is in it. */
export async function contextTar(files: readonly ContextFile[], epoch: number): Promise<Uint8Array> {
  const mtime = new Date(epoch * 1000);
  return packTar(
    files.map(({ path, bytes, isProgram = false }) => ({
      header: { name: path, size: bytes.length, mode: isProgram ? 0o755 : 0o644, mtime, uid: 0, gid: 0 },
      body: bytes,
    })),
  );
}
