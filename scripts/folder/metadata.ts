import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { MemoryMetadataStore } from '../../worker/engine/metadata/memory.ts';
import type { MetadataStore } from '../../worker/engine/metadata/store.ts';

/**
 * Records in a folder, one a file, all of them in memory. A file is there as a whole or not at all. One process at a time may
 * have it.
 */
export class FolderMetadataStore extends MemoryMetadataStore implements MetadataStore {
  readonly #dir: string;
  /** The changes of each record, one after the other. */
  readonly #changes = new Map<string, Promise<void>>();

  constructor(dir: string) {
    super();
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
    for (const name of readdirSync(dir).filter((one) => !one.endsWith('.new'))) {
      const [key, value] = deserialize(readFileSync(join(dir, name))) as [string, unknown];
      void super.set(key, value);
    }
  }

  override async set(key: string, value: unknown): Promise<void> {
    const path = this.#path(key);
    const bytes = serialize([key, value]);
    await super.set(key, value);
    await this.#change(key, async () => {
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
    });
  }

  override async delete(key: string): Promise<void> {
    await super.delete(key);
    await this.#change(key, () => rm(this.#path(key), { force: true }));
  }

  /** A key may be longer than the name of a file. */
  #path(key: string): string {
    return join(this.#dir, createHash('sha256').update(key).digest('hex'));
  }

  async #change(key: string, change: () => Promise<void>): Promise<void> {
    const changed = (this.#changes.get(key) ?? Promise.resolve()).then(change);
    const settled = changed.catch(() => undefined);
    this.#changes.set(key, settled);
    await settled;
    if (this.#changes.get(key) === settled) this.#changes.delete(key);
    return changed;
  }
}
