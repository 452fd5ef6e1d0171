import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';

/** A `fetch` for git repositories: where pages may not read them it goes another way. */
export type GitFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** How isomorphic-git sends its requests: by the engine's `fetch`, until the build is given up. */
export function gitHttp(fetching: GitFetch, signal: AbortSignal): HttpClient {
  return {
    async request({ url, method = 'GET', headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const sent = body === undefined ? {} : { body: await joined(body) };
      // A browser names itself.
      const { 'user-agent': _, ...told } = headers;
      const response = await fetching(url, { method, headers: told, signal, ...sent });
      return {
        url: response.url || url,
        method,
        headers: Object.fromEntries(response.headers),
        body: pieces(response),
        statusCode: response.status,
        statusMessage: response.statusText,
      };
    },
  };
}

async function joined(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of body) parts.push(Uint8Array.from(part));
  return new Blob(parts);
}

async function* pieces(response: Response): AsyncIterableIterator<Uint8Array> {
  if (response.body !== null) yield* response.body;
}
