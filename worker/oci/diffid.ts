import { digestProblem, verifyDigest } from './digest.ts';

declare const brand: unique symbol;

/**
 * Digest of a layer's uncompressed tar.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md#layer-diffid
 */
export type DiffId = string & { readonly [brand]: 'diffid' };

/** Parses a diffID. */
export function parseDiffId(text: unknown): DiffId {
  return verifyDigest(text, isDiffId);
}

function isDiffId(text: unknown): text is DiffId {
  return digestProblem(text) === undefined;
}
