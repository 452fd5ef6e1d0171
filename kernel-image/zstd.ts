import { Zstd } from '@hpcc-js/wasm-zstd';

/** Compresses as `zstd -19` does, without the program. */
export async function zstd19(bytes: Uint8Array): Promise<Uint8Array> {
  const zstd = await Zstd.load();
  return zstd.compress(bytes, 19);
}

/**
 * Compresses as `zstd --ultra -22` does: its window is large enough to find what lies twice in a machine's memory, a
 * fifth less than level 19 makes of it. Takes ten times as long.
 */
export async function zstd22(bytes: Uint8Array): Promise<Uint8Array> {
  const zstd = await Zstd.load();
  return zstd.compress(bytes, 22);
}
