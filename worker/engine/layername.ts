import type { DiffId } from '../oci/diffid.ts';
import { digestHex, parseDigest } from '../oci/digest.ts';

/** Under what name a layer is served. Short, since it goes to the guest with every start, and long enough to mean one layer only. */
export function layerName(diffId: DiffId): string {
  return digestHex(parseDigest(diffId)).slice(0, 32);
}
