import type { GitFetch } from './git/http.ts';
import { errorMessage } from '../oci/errors.ts';
import type { ImageBuildOptions } from '../protocol/engine-api.ts';
import { internal, invalid } from './errors.ts';
import { LayerDraft } from './files/draft.ts';
import { walk } from './files/lookup.ts';
import type { TreeNode } from './files/tree.ts';
import { layersRoot } from './files/tree.ts';
import { isGitAddress } from './git/address.ts';
import { cloneGit } from './git/clone.ts';
import { rootOwner } from './steps/owner.ts';
import { get } from './steps/download.ts';

export interface RemoteParts {
  readonly fetch: typeof fetch;
  readonly gitFetch: GitFetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Whether a context that is a git repository has the repository itself in it, as `.git`. */
export function keepsGitDir({ buildArgs = {} }: Pick<ImageBuildOptions, 'buildArgs'>): boolean {
  return /^(?:1|t|true)$/i.test(buildArgs['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '');
}

export type FetchedContext = { readonly tar: AsyncIterable<Uint8Array> } | { readonly dockerfile: string };

/** What lies at an address: a Dockerfile, or the tar of a context. */
export async function fetchContext(
  { fetch: fetching, gitFetch, now, signal }: RemoteParts,
  address: string,
  keepGitDir: boolean,
): Promise<FetchedContext> {
  if (address === 'client-session')
    throw invalid(
      'experimental session with v1 builder is no longer supported, use builder version v2 (BuildKit) instead',
    );
  if (isGitAddress(address)) {
    const tree = await cloneGit({ fetch: gitFetch, signal, now }, address, { keepGitDir });
    return { tar: tarOf(tree) };
  }
  if (!/^https?:\/\//.test(address)) throw internal(`remoteURL (${address}) could not be recognized as URL`);
  const response = await get(fetching, address, signal).catch((error: unknown) => {
    throw internal(`error downloading remote context ${address}: ${errorMessage(error)}`, error);
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = kindOf(response.headers.get('Content-Type') ?? '', bytes);
  if (type === undefined)
    throw internal(
      `error detecting content type for remote ${address}: unsupported Content-Type ${JSON.stringify(response.headers.get('Content-Type') ?? '')}`,
    );
  return type === 'text' ? { dockerfile: new TextDecoder().decode(bytes) } : { tar: once(bytes) };
}

function tarOf(root: TreeNode): AsyncIterable<Uint8Array> {
  const draft = new LayerDraft(layersRoot([]), 0);
  for (const { path, node } of walk(root)) draft.put(path, node.file, rootOwner);
  return draft.tar();
}

/** Servers that do not know what a Dockerfile is call it a stream of octets. */
function kindOf(type: string, bytes: Uint8Array): 'text' | 'archive' | undefined {
  if (type === '' || type.startsWith('application/octet-stream'))
    return bytes.subarray(0, 512).includes(0) ? 'archive' : 'text';
  if (type.includes('text/plain')) return 'text';
  return /application\/(?:(?:x-)?tar|(?:x-)?(?:gzip|bzip2?|xz))/.test(type) ? 'archive' : undefined;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
