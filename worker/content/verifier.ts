import { digestAlgorithm } from '../oci/digest.ts';
import { invalid } from '../oci/errors.ts';
import type { ContentInfo, Expected } from './contentstore.ts';
import type { Hasher } from './hasher.ts';
import { createHasher } from './hasher.ts';

/** Checks bytes that stream by against a digest and a size. */
export class Verifier {
  #size = 0;
  readonly #hasher: Hasher;
  readonly #expected: Expected;

  private constructor(hasher: Hasher, expected: Expected) {
    this.#hasher = hasher;
    this.#expected = expected;
  }

  static async create(expected: Expected = {}): Promise<Verifier> {
    const algorithm = expected.digest && digestAlgorithm(expected.digest);
    return new Verifier(await createHasher(algorithm), expected);
  }

  /** Fails with `invalid` as soon as there is more than expected. */
  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size > (this.#expected.size ?? Infinity)) throw this.#wrongSize('more');
    this.#hasher.update(chunk);
  }

  /** What came by. Fails with `invalid` when it is not what was expected. */
  finish(): ContentInfo {
    if (this.#size < (this.#expected.size ?? 0)) throw this.#wrongSize(String(this.#size));
    const digest = this.#hasher.digest();
    const { digest: wanted = digest } = this.#expected;
    if (digest !== wanted) throw invalid(`verification failed for digest ${wanted}: content is ${digest}`);
    return { digest, size: this.#size };
  }

  #wrongSize(got: string): Error {
    const { digest = 'content', size } = this.#expected;
    return invalid(`verification failed for ${digest}: expected ${size} bytes, got ${got}`);
  }
}
