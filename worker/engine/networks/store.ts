import { invalid, notFound } from '../errors.ts';
import { randomId } from '../ids.ts';
import type { MetadataStore } from '../metadata/store.ts';
import { type NetworkRecord, type PredefinedIds, predefinedNetworks } from './network.ts';

const idsKey = 'networks:predefined';

/** All the networks. */
export class Networks {
  readonly #all: readonly NetworkRecord[];

  private constructor(all: readonly NetworkRecord[]) {
    this.#all = all;
  }

  /** Knows the networks of earlier visits, with their IDs. */
  static async open(metadata: MetadataStore, now: number): Promise<Networks> {
    const known = (await metadata.get(idsKey)) as PredefinedIds | undefined;
    const ids = known ?? { bridge: randomId(), host: randomId(), none: randomId(), created: now };
    if (known === undefined) await metadata.set(idsKey, ids);
    return new Networks(predefinedNetworks(ids));
  }

  all(): readonly NetworkRecord[] {
    return this.#all;
  }

  find(text: string): NetworkRecord | undefined {
    try {
      return this.get(text);
    } catch {
      return undefined;
    }
  }

  /** By name, ID or the beginning of an ID, in this order. */
  get(text: string): NetworkRecord {
    const exact = this.#all.find(({ name }) => name === text) ?? this.#all.find(({ id }) => id === text);
    if (exact !== undefined) return exact;
    const found = text === '' ? [] : this.#all.filter(({ id }) => id.startsWith(text));
    if (found.length > 1)
      throw invalid(`network ${text} is ambiguous (${found.length} matches found based on ID prefix)`);
    if (found[0] === undefined) throw notFound(`network ${text} not found`);
    return found[0];
  }
}
