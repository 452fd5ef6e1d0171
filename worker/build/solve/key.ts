import { createHasher } from '../../content/hasher.ts';
import { digestHex } from '../../oci/digest.ts';
import { encodeText } from '../../oci/text.ts';

/** A short name for a value that is the same for equal values alone. */
export async function keyOf(value: unknown): Promise<string> {
  const hasher = await createHasher();
  hasher.update(encodeText(JSON.stringify(value)));
  return digestHex(hasher.digest());
}
