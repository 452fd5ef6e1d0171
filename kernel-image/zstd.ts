import { Zstd } from '@hpcc-js/wasm-zstd';

/** Compresses as `zstd -19` does, without the program. */
export async function zstd19(bytes: Uint8Array): Promise<Uint8Array> {
  const zstd = await Zstd.load();
  return zstd.compress(bytes, 19);
}
