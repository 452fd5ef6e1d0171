import { createHasher } from '../../content/hasher.ts';
import { internal } from '../errors.ts';
import type { SourceFile } from '../files/file.ts';
import { isGitAddress } from '../remote.ts';
import { download } from '../steps/download.ts';
import type { RemoteSource } from './step.ts';

/** What ADD fetches, checked against what was promised. */
export async function remoteFile(
  { fetch, signal }: { readonly fetch: typeof globalThis.fetch; readonly signal: AbortSignal },
  { address, checksum }: RemoteSource,
  destination: string,
): Promise<{ name: string; file: SourceFile }> {
  if (isGitAddress(address))
    throw internal(
      `failed to fetch remote ${address}: this engine has no git: fetch a tar of the repository instead`,
    );
  const output = { print: () => undefined };
  const { path, node } = await download({ fetch, signal, output }, address, destination);
  await verifyChecksum(node.file, checksum);
  return { name: path, file: node.file };
}

/** Fails when the contents are not what `--checksum` says; without it they are what they are. */
export async function verifyChecksum(file: SourceFile, checksum: string): Promise<void> {
  if (checksum === '') return;
  const [algorithm = ''] = checksum.split(':', 1);
  const hasher = await createHasher(algorithm);
  for await (const piece of file.contents()) hasher.update(piece);
  const digest = hasher.digest();
  if (digest !== checksum) throw internal(`digest mismatch ${digest}: ${checksum}`);
}
