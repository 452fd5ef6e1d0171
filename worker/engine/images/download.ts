import { internal } from '../errors.ts';

/** `fetch`, or what stands in for it. */
export type Fetch = (address: string) => Promise<Response>;

export interface Download {
  readonly address: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** -1 where the server does not say. */
  readonly total: number;
}

/** What a user's address leads to; without a scheme it is one of http. @throws in Go's and Docker's words */
export async function download(fetch: Fetch, given: string): Promise<Download> {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(given) ? given : `http://${given}`;
  const wrong = schemeProblem(address);
  if (wrong !== undefined) throw failed(address, wrong);
  const response = await fetch(address).catch((error: unknown) => {
    throw failed(address, `dial tcp: it is out of reach, or lets no page read it: ${reason(error)}`);
  });
  if (response.status >= 400) {
    const what = `${response.status} ${response.statusText}`.trim();
    throw internal(`failed to GET ${address} with status ${what}: ${(await response.text()).slice(0, 1024)}`);
  }
  const total = Number(response.headers.get('content-length') ?? -1);
  return { address, total, bytes: response.body ?? new ReadableStream<Uint8Array>() };
}

function schemeProblem(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || url.host === '') return 'http: no Host in request URL';
  if (/^https?:$/.test(url.protocol)) return undefined;
  return `unsupported protocol scheme ${JSON.stringify(url.protocol.slice(0, -1))}`;
}

function failed(address: string, why: string): Error {
  return internal(`Get ${JSON.stringify(address)}: ${why}`);
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
