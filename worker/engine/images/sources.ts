import { errorKind } from '../../oci/errors.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { FoundImage, ImageSource } from './source.ts';

/** Docker Hub's names are looked up among the images that come with the page first. */
export class ImageSources implements ImageSource {
  readonly #bundled: ImageSource;
  readonly #registries: ImageSource;

  constructor(bundled: ImageSource, registries: ImageSource) {
    this.#bundled = bundled;
    this.#registries = registries;
  }

  async resolve(reference: Reference, platform: Platform): Promise<FoundImage> {
    if (reference.domain !== 'docker.io') return this.#registries.resolve(reference, platform);
    try {
      return await this.#bundled.resolve(reference, platform);
    } catch (error) {
      if (errorKind(error) !== 'not-found') throw error;
      return this.#registries.resolve(reference, platform);
    }
  }
}
