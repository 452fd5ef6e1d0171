import { createHasher } from '../content/hasher.ts';
import type { Digest } from '../oci/digest.ts';
import { RegistryError } from './errors.ts';
import type { OpenUpload, Patience, Repository } from './repository.ts';

/** Bytes that go up in one request: what is not more goes up in one piece. */
const chunkSize = 4 << 20;

/** How often a chunk is taken up again where the registry says that it has come to. */
const resumes = 3;

/** How often a blob is sent anew whose upload the registry knows no more. */
const restarts = 2;

type Options = Patience & { readonly upload?: OpenUpload | undefined };

/**
 * Puts a blob into a repository as its bytes come, never more of them than one chunk here at a time. Resolves with its
 * digest and size. `source` is called again when the registry has lost the upload; `upload` is one that is open already.
 */
export async function uploadBlob(
  repository: Repository,
  source: () => AsyncIterable<Uint8Array>,
  { upload, ...patience }: Options = {},
): Promise<{ digest: Digest; size: number }> {
  for (let [left, open] = [restarts, upload]; ; left -= 1, open = undefined) {
    try {
      return await uploadOnce(repository, source(), { upload: open, ...patience });
    } catch (error) {
      if (left === 0 || !isLost(error)) throw error;
    }
  }
}

/** Some registries keep the state of an upload in its address: where an answer got lost, so has that. */
function isLost(error: unknown): boolean {
  const codes = ['BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN'];
  return error instanceof RegistryError && codes.includes(error.code ?? '');
}

async function uploadOnce(
  repository: Repository,
  source: AsyncIterable<Uint8Array>,
  { upload, ...patience }: Options,
): Promise<{ digest: Digest; size: number }> {
  const hasher = await createHasher();
  let at = upload ?? (await repository.startUpload());
  let size = 0;
  let last: Uint8Array<ArrayBuffer> | undefined;
  for await (const chunk of chunksOf(source, Math.max(chunkSize, at.leastChunk))) {
    if (last !== undefined) {
      at = await sendChunk(repository, at, size, last, patience);
      size += last.length;
    }
    hasher.update(chunk);
    last = chunk;
  }
  patience.signal?.throwIfAborted();
  const digest = hasher.digest();
  await repository.finishUpload(at, digest, last ?? new Uint8Array(), patience);
  return { digest, size: size + (last?.length ?? 0) };
}

/** A registry that has a part of the chunk already refuses it with 416, and says what it has. */
async function sendChunk(
  repository: Repository,
  upload: OpenUpload,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
  patience: Patience,
): Promise<OpenUpload> {
  let [at, done] = [upload, 0];
  for (let left = resumes; ; left -= 1) {
    try {
      return await repository.uploadChunk(at, offset + done, bytes.subarray(done), patience);
    } catch (error) {
      if (!(error instanceof RegistryError && error.status === 416) || left === 0) throw error;
      const status = await repository.uploadStatus(at);
      at = status.upload;
      done = status.offset - offset;
      if (done === bytes.length) return at;
      if (done < 0 || done > bytes.length) throw error;
    }
  }
}

/** The same bytes in pieces of one size, but for the last, each in memory of its own. */
async function* chunksOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunk = new Uint8Array(size);
  let filled = 0;
  for await (const bytes of source) {
    for (let from = 0; from < bytes.length;) {
      if (filled === size) {
        yield chunk;
        chunk = new Uint8Array(size);
        filled = 0;
      }
      const part = bytes.subarray(from, from + size - filled);
      chunk.set(part, filled);
      filled += part.length;
      from += part.length;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
