import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { relayCode } from '../../worker/registry/relayed-fetch.ts';
import type { AllowList } from './allow-list.ts';
import { isPublic, lookupPublic } from './public-address.ts';

/** Requests below it are relayed: `/relay/https/registry.example.com/v2/...`. It itself answers 204: there is a relay. */
export const relayPrefix = '/relay/';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** What goes on to the registry; nothing is added. */
const requestHeaders = [
  'accept',
  'authorization',
  'content-length',
  'content-range',
  'content-type',
  'range',
];
/** What comes back; cookies do not. */
const responseHeaders = [
  'accept-ranges',
  'content-length',
  'content-range',
  'content-type',
  'docker-content-digest',
  'docker-distribution-api-version',
  'docker-upload-uuid',
  'etag',
  'link',
  'location',
  'oci-chunk-min-length',
  'range',
  'ratelimit-limit',
  'ratelimit-remaining',
  'retry-after',
  'www-authenticate',
];
const maxRedirects = 5;
const idleTimeout = 60_000;

/** Whom the relay serves, and with what. */
export interface RelayOptions {
  readonly registries: AllowList;
  /** Origins of pages on other servers that may use it, beside this server's own. */
  readonly origins?: readonly string[];
}

/**
 * Passes a page's request for a registry on, and streams the answer back: for registries that send no CORS headers. Only
 * this server's own page may ask, and those that it was told of; only for what the list admits, and never for a private
 * network that was not configured.
 */
export async function relay(
  { registries, origins = [] }: RelayOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const guest = guestOf(request, origins);
  if (guest === undefined && !isOwnPage(request))
    return refuse(response, 403, 'only the page of this server may use the relay');
  for (const [name, value] of guest === undefined ? [] : corsHeaders(guest, request))
    response.setHeader(name, value);
  if (request.url === relayPrefix || (guest !== undefined && request.method === 'OPTIONS'))
    return void response.writeHead(204).end();
  const target = targetOf(request.url ?? '');
  if (!methods.has(request.method ?? '')) return refuse(response, 405, 'method not allowed');
  const admitted = target && registries.admits(target);
  if (target === undefined || admitted === undefined) return refuse(response, 403, unknown(target));
  try {
    const isPrivate = (url: URL): boolean =>
      (admitted.private && url.origin === target.origin) || registries.isConfigured(url);
    const answer = await follow({ from: request, to: response, isPrivate }, target);
    registries.learn(target, answer.headers['www-authenticate']);
    response.writeHead(answer.statusCode ?? 502, picked(answer.headers, responseHeaders));
    await pipeline(answer, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, `${target.host}: ${(error as Error).message}`);
  }
}

/** The origin of a page of another server that may ask. A name that leads here from elsewhere is not this server. */
function guestOf({ headers, socket }: IncomingMessage, origins: readonly string[]): string | undefined {
  const { origin, host } = headers;
  return origin !== undefined && origins.includes(origin) && ownNames(socket.localPort).includes(host ?? '')
    ? origin
    : undefined;
}

/** https://fetch.spec.whatwg.org/#http-responses; the last is what Chromium asks of servers on the user's own machine. */
function corsHeaders(origin: string, { headers }: IncomingMessage): [string, string][] {
  const isLocal = headers['access-control-request-private-network'] === 'true';
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Vary', 'Origin'],
    ['Access-Control-Allow-Methods', [...methods].join(', ')],
    ['Access-Control-Allow-Headers', requestHeaders.join(', ')],
    ['Access-Control-Expose-Headers', responseHeaders.join(', ')],
    ['Access-Control-Max-Age', '600'],
    ...(isLocal ? [['Access-Control-Allow-Private-Network', 'true'] satisfies [string, string]] : []),
  ];
}

function targetOf(url: string): URL | undefined {
  const match = /^\/relay\/(https?)\/([\w.:[\]-]+)(\/[^#]*)$/.exec(url);
  const text = match && `${match[1]}://${match[2]}${match[3]}`;
  return text && URL.canParse(text) ? new URL(text) : undefined;
}

/** Browsers say where a request is from; a name that leads to this machine from elsewhere is not ours either. */
function isOwnPage({ headers, socket }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  const isOwnName = ownNames(socket.localPort).includes(headers.host ?? '');
  const isOwnOrigin = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  return isOwnName && isOwnOrigin && (site === undefined || site === 'same-origin');
}

function ownNames(port: number | undefined): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** A request on its way, and whether an address may be on a private network. */
interface Passage {
  readonly from: IncomingMessage;
  readonly to: ServerResponse;
  readonly isPrivate: (url: URL) => boolean;
}

/** Redirects of blobs lead to servers of their own, which get no credentials. */
async function follow(passage: Passage, start: URL): Promise<IncomingMessage> {
  const { from, isPrivate } = passage;
  let target = start;
  for (let left = maxRedirects; ; left -= 1) {
    const headers = picked(from.headers, requestHeaders);
    if (target.origin !== start.origin) delete headers['authorization'];
    const answer = await send(passage, target, headers);
    const isRead = from.method === 'GET' || from.method === 'HEAD';
    const { location } = answer.headers;
    if (!isRead || location === undefined || !/^30[12378]$/.test(String(answer.statusCode))) return answer;
    answer.destroy();
    if (left === 0) throw new Error('too many redirects');
    target = redirected(target, location, isPrivate);
  }
}

function redirected(from: URL, location: string, isPrivate: Passage['isPrivate']): URL {
  const to = new URL(location, from);
  if (isPrivate(to)) return to;
  if (to.protocol === 'https:' || (to.protocol === 'http:' && to.origin === from.origin)) return to;
  throw new Error(`redirected to ${to.protocol}//${to.host}`);
}

function send(
  { from, to, isPrivate }: Passage,
  target: URL,
  headers: OutgoingHttpHeaders,
): Promise<IncomingMessage> {
  const privateToo = isPrivate(target);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  // A literal address is not looked up.
  if (!privateToo && isIP(host) !== 0 && !isPublic(host))
    return Promise.reject(new Error('is on a private network'));
  return new Promise((resolve, reject) => {
    const request = target.protocol === 'https:' ? requestHttps : requestHttp;
    const options = { method: from.method, headers, ...(!privateToo && { lookup: lookupPublic }) };
    const outgoing = request(target, options, resolve);
    outgoing.setTimeout(idleTimeout, () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    from.on('error', () => outgoing.destroy());
    // The page has gone away, or is done.
    to.on('close', () => outgoing.destroy());
    from.pipe(outgoing);
  });
}

function picked(headers: IncomingMessage['headers'], names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

/** What is wrong, and what to do about it. */
function unknown(target: URL | undefined): string {
  if (target === undefined) return 'this address is not a registry that the relay knows';
  const { host, origin } = target;
  return `${host} is not a registry that the relay knows: name it with npm start -- --registry ${origin}`;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code: relayCode, message }] }));
}
