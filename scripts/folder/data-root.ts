import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../worker/bottleship.ts';
import { FolderStore } from './content.ts';
import { FolderIndexCache } from './indexes.ts';
import { FolderMetadataStore } from './metadata.ts';

type Stores = Pick<Platform, 'content' | 'indexes' | 'metadata'>;

/** Bytes of layers in memory, as in the page. */
const cacheSize = 32 << 20;

/**
 * Opens the stores of an engine that keeps images and the build cache in a folder. It belongs to this process until that
 * ends. @throws Error when another process has it
 */
export function openDataRoot(dir: string): Stores {
  mkdirSync(dir, { recursive: true });
  claim(join(dir, 'engine.pid'), dir);
  return {
    content: new FolderStore(dir, cacheSize),
    indexes: new FolderIndexCache(join(dir, 'indexes')),
    metadata: new FolderMetadataStore(join(dir, 'metadata')),
  };
}

function claim(pidFile: string, dir: string): void {
  const owner = ownerOf(pidFile);
  if (owner !== undefined) throw new Error(`${dir} is in use: process ${owner} has it`);
  rmSync(pidFile, { force: true });
  writeFileSync(pidFile, String(process.pid), { flag: 'wx' });
  process.once('exit', () => rmSync(pidFile, { force: true }));
}

/** The process that is in the file, if it still runs. */
function ownerOf(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (!(pid > 0)) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return Number(readFileSync(pidFile, 'utf8'));
    return undefined;
  }
}
