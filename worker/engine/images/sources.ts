import { errorKind } from '../../oci/errors.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Reference } from '../../oci/reference.ts';
import type { FoundImage, ImageSource, SourceRequest } from './source.ts';

/** A source, and the names that it is asked for. */
export interface RankedSource {
  readonly source: ImageSource;
  /** Undefined: every name. */
  readonly serves?: (name: Reference) => boolean;
  /** Whether nobody else is asked for the names that it serves. */
  readonly only?: boolean;
}

/**
 * Sources in the order in which they are asked. Where one cannot be reached the next one is asked, as Docker does with
 * mirrors; when none has the image, what was wrong first is what is told.
 */
export class ImageSources implements ImageSource {
  readonly #sources: () => Promise<readonly RankedSource[]>;

  /** The sources are asked for when they are needed. */
  constructor(sources: () => Promise<readonly RankedSource[]>) {
    this.#sources = sources;
  }

  resolve(reference: Reference, platform: Platform, request?: SourceRequest): Promise<FoundImage> {
    return this.#first(reference, (source) => source.resolve(reference, platform, request));
  }

  tags(repository: Reference, request?: SourceRequest): Promise<string[]> {
    return this.#first(repository, (source) => source.tags(repository, request));
  }

  /** Of those that can be reached. */
  async names(): Promise<Reference[]> {
    const lists = (await this.#sources()).map(async ({ source }) => (await source.names?.()) ?? []);
    const found = await Promise.allSettled(lists);
    return found.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
  }

  async #first<T>(name: Reference, ask: (source: ImageSource) => Promise<T>): Promise<T> {
    let failure: unknown;
    for (const source of await this.#asked(name)) {
      try {
        return await ask(source);
      } catch (error) {
        if (!isPassing(error)) throw error;
        failure = moreTelling(failure, error);
      }
    }
    throw failure;
  }

  async #asked(name: Reference): Promise<ImageSource[]> {
    const serving = (await this.#sources()).filter(({ serves }) => serves === undefined || serves(name));
    const owner = serving.find(({ only }) => only);
    return (owner === undefined ? serving : [owner]).map(({ source }) => source);
  }
}

/** Whether another source may do better. */
function isPassing(error: unknown): boolean {
  const kind = errorKind(error);
  return kind === 'not-found' || kind === 'unavailable';
}

/** That something could not be reached says more than that something else does not know the name. */
function moreTelling(first: unknown, next: unknown): unknown {
  return first === undefined || errorKind(first) === 'not-found' ? next : first;
}
