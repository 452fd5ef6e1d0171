import { errorMessage } from '../oci/errors.ts';
import { internal, invalid } from './errors.ts';
import { get } from './steps/download.ts';

export type FetchedContext = { readonly tar: AsyncIterable<Uint8Array> } | { readonly dockerfile: string };

/** What lies at an address: a Dockerfile, or the tar of a context. */
export async function fetchContext(
  fetching: typeof fetch,
  address: string,
  signal: AbortSignal,
): Promise<FetchedContext> {
  if (address === 'client-session')
    throw invalid(
      'experimental session with v1 builder is no longer supported, use builder version v2 (BuildKit) instead',
    );
  if (isGitAddress(address)) throw internal('building from a git repository is not supported');
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

/** https://github.com/moby/moby/blob/v28.5.2/builder/remotecontext/urlutil/urlutil.go */
export function isGitAddress(address: string): boolean {
  return /^(?:git:\/\/|github\.com\/|git@)/.test(address) || /^https?:\/\/.*\.git(?:#.+)?$/.test(address);
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
