import type { Descriptor } from '../../oci/descriptor.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { Reference } from '../../oci/reference.ts';
import type { MetadataStore } from '../metadata/store.ts';

/** A repository, as its registry's blobs are shared among them. */
export type RepositoryName = Pick<Reference, 'domain' | 'path'>;

/** A repository that has been seen to have a layer, packed with gzip as this blob. */
export interface LayerSource extends Pick<Descriptor, 'digest' | 'size'> {
  readonly repository: RepositoryName;
}

const prefix = 'layersource:';
const most = 50;

/**
 * Which registries have which layers as which blobs: what has been pulled or pushed need not go up again.
 * https://github.com/moby/moby/blob/v28.5.2/distribution/metadata/v2_metadata_service.go
 */
export class LayerSources {
  readonly #metadata: MetadataStore;

  constructor(metadata: MetadataStore) {
    this.#metadata = metadata;
  }

  /** The newest first. */
  async of(diffId: DiffId): Promise<readonly LayerSource[]> {
    return ((await this.#metadata.get(prefix + diffId)) ?? []) as LayerSource[];
  }

  async add(diffId: DiffId, source: LayerSource): Promise<void> {
    const others = (await this.of(diffId)).filter((known) => !isSame(known, source));
    await this.#metadata.set(prefix + diffId, [source, ...others].slice(0, most));
  }

  /** The registry has turned out not to have it. */
  async remove(diffId: DiffId, source: LayerSource): Promise<void> {
    const left = (await this.of(diffId)).filter((known) => !isSame(known, source));
    await (left.length > 0
      ? this.#metadata.set(prefix + diffId, left)
      : this.#metadata.delete(prefix + diffId));
  }
}

function isSame(one: LayerSource, other: LayerSource): boolean {
  return one.digest === other.digest && isSameRepository(one.repository, other.repository);
}

export function isSameRepository(one: RepositoryName, other: RepositoryName): boolean {
  return one.domain === other.domain && one.path === other.path;
}
