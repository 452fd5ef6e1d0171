import { createHasher } from '../../content/hasher.ts';
import { FetchFailure, SourceFailure } from '../errors.ts';
import type { SourceFile } from '../files/file.ts';
import type { TreeNode } from '../files/tree.ts';
import { isGitAddress } from '../git/address.ts';
import { cloneGit } from '../git/clone.ts';
import { download } from '../steps/download.ts';
import type { SolveParts } from './solver.ts';
import type { RemoteSource } from './step.ts';

/** Nothing could be learnt of a source, so that the step cannot be looked up. */
export class UnknownSource extends SourceFailure {}

/** What ADD fetches: a file, or the files of a git repository; checked against what was promised. */
export async function remoteSource(
  { fetch, gitFetch, backend, signal }: Pick<SolveParts, 'fetch' | 'gitFetch' | 'backend' | 'signal'>,
  { address, checksum, keepGitDir }: RemoteSource,
  destination: string,
): Promise<{ name: string; node: TreeNode }> {
  if (isGitAddress(address)) {
    const parts = { fetch: gitFetch, signal, now: () => backend.now() };
    return { name: '', node: await cloneGit(parts, address, { keepGitDir, checksum }) };
  }
  const output = { print: () => undefined };
  const { path, node } = await download({ fetch, signal, output }, address, destination).catch(
    (error: unknown) => {
      if (!(error instanceof FetchFailure)) throw error;
      const { status, message } = error;
      const why = status === undefined ? message : `invalid response status ${status}`;
      throw new UnknownSource('internal', why, { cause: error });
    },
  );
  await verifyChecksum(node.file, checksum);
  return { name: path, node };
}

/** Fails when the contents are not what `--checksum` says; without it they are what they are. */
export async function verifyChecksum(file: SourceFile, checksum: string): Promise<void> {
  if (checksum === '') return;
  const [algorithm = ''] = checksum.split(':', 1);
  const hasher = await createHasher(algorithm);
  for await (const piece of file.contents()) hasher.update(piece);
  const digest = hasher.digest();
  if (digest !== checksum) throw new SourceFailure('internal', `digest mismatch ${digest}: ${checksum}`);
}
