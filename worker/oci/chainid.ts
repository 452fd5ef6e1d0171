import { digestProblem, verifyDigest } from './digest.ts';
import type { DiffId } from './diffid.ts';

declare const brand: unique symbol;

/**
 * Name of a stack of layers, from the bottom up to one of them.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md#layer-chainid
 */
export type ChainId = string & { readonly [brand]: 'chainid' };

/** SHA-256 of an ASCII text as 64 hex digits; the core computes no hashes itself. */
export type Sha256Hex = (ascii: string) => string | Promise<string>;

/** Parses a chain ID. */
export function parseChainId(text: unknown): ChainId {
  return verifyDigest(text, isChainId);
}

/**
 * The chain IDs of a stack, one a layer, bottom first.
 * "ChainID(L0|...|Ln) = Digest(ChainID(L0|...|Ln-1) + ' ' + DiffID(Ln))"
 */
export async function chainIds(diffIds: readonly DiffId[], sha256: Sha256Hex): Promise<ChainId[]> {
  const chain: ChainId[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(parseChainId(below === undefined ? diffId : `sha256:${await sha256(`${below} ${diffId}`)}`));
  }
  return chain;
}

function isChainId(text: unknown): text is ChainId {
  return digestProblem(text) === undefined;
}
