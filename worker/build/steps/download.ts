import { errorMessage } from '../../oci/errors.ts';
import { FetchFailure, internal } from '../errors.ts';
import { memoryFile } from '../files/file.ts';
import type { BuildOutput } from '../output.ts';
import type { StepContext } from './context.ts';
import type { CopySource } from './sources.ts';
import { looseSource } from './sources.ts';

export function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** What ADD fetches: a file that only its owner may read and write, called as the address ends. */
export async function download(
  {
    fetch,
    output,
    signal,
  }: Pick<StepContext, 'fetch' | 'signal'> & { readonly output: Pick<BuildOutput, 'print'> },
  address: string,
  destination: string,
): Promise<CopySource> {
  const response = await get(fetch, address, signal);
  const name = nameOf(address, response);
  if (name === '' && destination.endsWith('/'))
    throw internal(`cannot determine filename for source ${address}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  output.print('\n');
  const modified = Date.parse(response.headers.get('Last-Modified') ?? '');
  const mtime = Number.isNaN(modified) ? 0 : Math.floor(modified / 1000);
  return looseSource(name || '__unnamed__', memoryFile(bytes, { mode: 0o600, mtime }));
}

/** Fetches, and fails as Docker does on a status that says no. */
export async function get(
  fetch: StepContext['fetch'],
  address: string,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    throw new FetchFailure(undefined, `Get ${JSON.stringify(address)}: ${errorMessage(error)}`, error);
  });
  if (response.ok) return response;
  const text = (await response.text()).trim();
  const { status, statusText } = response;
  throw new FetchFailure(status, `failed to GET ${address} with status ${status} ${statusText}: ${text}`);
}

function nameOf(address: string, response: Response): string {
  const { pathname } = new URL(address);
  const last = pathname.endsWith('/')
    ? ''
    : decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
  if (last !== '') return last;
  const [, quoted, plain] =
    /filename=(?:"([^"]*)"|([^;]*))/.exec(response.headers.get('Content-Disposition') ?? '') ?? [];
  return (quoted ?? plain ?? '').split('/').at(-1)?.trim() ?? '';
}
