import { Verifier } from '../../content/verifier.ts';
import type { Descriptor } from '../../oci/descriptor.ts';

/** Reads a small document whole and checks it. Fails with `invalid` when it is not what the descriptor names. */
export async function readDocument(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): Promise<string> {
  const verifier = await Verifier.create({ digest, size });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  for await (const chunk of source) {
    verifier.update(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  verifier.finish();
  return text + decoder.decode();
}
