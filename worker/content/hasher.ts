// hash-wasm: 175-194 MB/s in Node 20 on this project's machine, where @noble/hashes does 87; crypto.subtle cannot stream.
import { createSHA256, createSHA384, createSHA512 } from 'hash-wasm';
import { parseDigest } from '../oci/digest.ts';
import type { Digest } from '../oci/digest.ts';

/** Computes a digest over bytes that come in pieces. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** To be called once, at the end. */
  digest(): Digest;
  /** Begins anew: what comes is hashed alone. */
  restart(): void;
}

const algorithms = { sha256: createSHA256, sha384: createSHA384, sha512: createSHA512 };

/** A hasher for one of the algorithms that digests may have. */
export async function createHasher(algorithm: string = 'sha256'): Promise<Hasher> {
  const name = algorithm === 'sha384' || algorithm === 'sha512' ? algorithm : 'sha256';
  const hash = (await algorithms[name]()).init();
  return {
    update: (bytes) => void hash.update(bytes),
    restart: () => void hash.init(),
    digest: () => parseDigest(`${name}:${hash.digest('hex')}`),
  };
}
