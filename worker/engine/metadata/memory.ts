import type { MetadataStore } from './store.ts';

/** For tests and for browsers that keep nothing. */
export class MemoryMetadataStore implements MetadataStore {
  readonly #records = new Map<string, unknown>();

  async get(key: string): Promise<unknown> {
    return structuredClone(this.#records.get(key));
  }

  async set(key: string, value: unknown): Promise<void> {
    this.#records.set(key, structuredClone(value));
  }

  async delete(key: string): Promise<void> {
    this.#records.delete(key);
  }

  onForeignChange(): void {
    // There is nobody else.
  }

  async entries(prefix: string): Promise<[string, unknown][]> {
    return [...this.#records]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key, structuredClone(value)]);
  }
}
