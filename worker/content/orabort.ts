import { BottleshipError } from '../oci/errors.ts';
import type { ContentWriter } from './contentstore.ts';

/** What a writer does while it is open: when it fails, nothing of the blob is left. */
export async function orAbort<T>(
  writer: Pick<ContentWriter, 'abort'>,
  isOpen: boolean,
  body: () => Promise<T>,
): Promise<T> {
  if (!isOpen) throw new BottleshipError('internal', 'the writer has ended');
  try {
    return await body();
  } catch (error) {
    // What cannot even be dropped is swept up later.
    await writer.abort().catch(() => undefined);
    throw error;
  }
}
