import type { Digest } from '../../oci/digest.ts';
import { digestHex } from '../../oci/digest.ts';
import { BottleshipError } from '../../oci/errors.ts';

/** Reads a whole blob and checks it. */
export async function readVerified(
  stream: ReadableStream<Uint8Array>,
  digest: Digest,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  await requireDigest(bytes, digest);
  return bytes;
}

/** Rejects when the bytes are not those that the digest names. */
export async function requireDigest(bytes: Uint8Array<ArrayBuffer>, digest: Digest): Promise<void> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex !== digestHex(digest))
    throw new BottleshipError('internal', `filesystem layer verification failed for digest ${digest}`);
}
