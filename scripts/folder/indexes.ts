import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { IndexCache } from '../../worker/layers/indexcache.ts';
import { indexFormat } from '../../worker/layers/indexcache.ts';
import type { LayerIndexData } from '../../worker/layers/layerindex.ts';
import type { DiffId } from '../../worker/oci/diffid.ts';

interface Kept {
  readonly format: number;
  readonly index: LayerIndexData;
}

/** Indexes in a folder, one a file. */
export class FolderIndexCache implements IndexCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** One that cannot be read is made anew. */
  async get(diffId: DiffId): Promise<LayerIndexData | undefined> {
    try {
      const { format, index } = deserialize(await readFile(this.#path(diffId))) as Kept;
      return format === indexFormat ? index : undefined;
    } catch {
      return undefined;
    }
  }

  async set(diffId: DiffId, index: LayerIndexData): Promise<void> {
    const path = this.#path(diffId);
    const kept: Kept = { format: indexFormat, index };
    await mkdir(this.#dir, { recursive: true });
    const fresh = `${path}.${crypto.randomUUID()}`;
    await writeFile(fresh, serialize(kept));
    await rename(fresh, path);
  }

  async delete(diffId: DiffId): Promise<void> {
    await rm(this.#path(diffId), { force: true });
  }

  #path(diffId: DiffId): string {
    return join(this.#dir, diffId.replace(':', '-'));
  }
}
