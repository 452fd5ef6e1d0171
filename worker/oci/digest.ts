import { invalid } from './errors.ts';

declare const brand: unique symbol;

/** Digest of a blob's bytes as stored or sent: `algorithm:hex`. */
export type Digest = string & { readonly [brand]: 'digest' };

/**
 * Hex lengths of the algorithms registered at https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md#registered-algorithms,
 * and of one more that Docker knows.
 */
const hexLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/**
 * Parses a digest. Only registered algorithms pass, since the engine must be able to verify what it accepts.
 * Messages are those of Docker (github.com/opencontainers/go-digest).
 */
export function parseDigest(text: unknown): Digest {
  return verifyDigest(text, isDigest);
}

/** Accepts `text` as the kind of digest that `is` names, or says why it is none. */
export function verifyDigest<D extends string>(text: unknown, is: (text: unknown) => text is D): D {
  if (is(text)) return text;
  throw invalid(digestProblem(text) ?? 'invalid checksum digest format');
}

/** Why a value is no digest; undefined when it is one. */
export function digestProblem(text: unknown): string | undefined {
  if (typeof text !== 'string' || !shape.test(text)) return 'invalid checksum digest format';
  const { algorithm, hex } = split(text);
  const length = hexLengths.get(algorithm);
  if (length === undefined) return 'unsupported digest algorithm';
  if (hex.length !== length) return 'invalid checksum digest length';
  return /^[a-f0-9]+$/.test(hex) ? undefined : 'invalid checksum digest format';
}

/** The part of a digest before the colon. */
export function digestAlgorithm(digest: Digest): string {
  return split(digest).algorithm;
}

/** The part of a digest after the colon. */
export function digestHex(digest: string): string {
  return split(digest).hex;
}

const shape = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

function isDigest(text: unknown): text is Digest {
  return digestProblem(text) === undefined;
}

function split(text: string): { algorithm: string; hex: string } {
  const colon = text.indexOf(':');
  return { algorithm: text.slice(0, colon), hex: text.slice(colon + 1) };
}
