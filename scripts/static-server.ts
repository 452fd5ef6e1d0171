import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseRange } from './byte-range.ts';
import { relayPrefix } from './relay/relay.ts';

interface StaticFile {
  path: string;
  size: number;
  etag: string;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.wasm': 'application/wasm',
};

const compressible = new Set([
  '.html',
  '.css',
  '.js',
  '.mjs',
  '.json',
  '.map',
  '.svg',
  '.txt',
  '.md',
  '.wasm',
]);

/** Named by their contents: what Vite builds, the parts of the machine, blobs. */
const hashedName =
  /\/assets\/[^/]+-[\w-]{8}\.\w+$|\/machine\/[^/]+-[0-9a-f]{12}\.[\w.]+$|\/sha256\/[0-9a-f]{64}$/;

const compress = promisify(gzip);

/** Answers a request; rejects when the connection is beyond help. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves a folder of static files, the way any static web server does; nothing outside `root` is reached. With `relayed`
 * requests below `/relay/` are its business.
 */
export function createStaticServer(root: string, relayed?: Handler): Server {
  const zipped = new Map<string, Promise<Buffer>>();
  return createServer((request, response) => {
    const answered =
      relayed !== undefined && request.url?.startsWith(relayPrefix)
        ? relayed(request, response)
        : answer(root, zipped, request, response);
    answered.catch(() => response.destroy());
  });
}

/** Listens on the loopback interface only; resolves with the port, which 0 leaves to the system. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

async function answer(
  root: string,
  zipped: Map<string, Promise<Buffer>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, { Allow: 'GET, HEAD' });
  const file = await locate(root, request.url ?? '/');
  if (!file) return refuse(response, 404);
  describe(file, response);
  if (isFresh(request, file)) return void response.writeHead(304).end();
  if (isRangeWanted(request, file)) return sendRange(file, request, response);
  if (isGzipWanted(request, file)) return sendZipped(zipped, file, request, response);
  response.setHeader('Content-Length', file.size);
  return send(file, { start: 0, end: file.size - 1 }, request, response);
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(status === 404 ? 'Not found\n' : 'Method not allowed\n');
}

/** Undefined for what is not there, not a file, hidden, or outside the root by `..` or by a symbolic link. */
async function locate(root: string, url: string): Promise<StaticFile | undefined> {
  try {
    const top = await realpath(root);
    const path = await realpath(join(top, pathOf(url)));
    const stats = await stat(path);
    if (!path.startsWith(top + sep) || !stats.isFile()) return undefined;
    return {
      path,
      size: stats.size,
      etag: `"${stats.size.toString(36)}-${Math.trunc(stats.mtimeMs).toString(36)}"`,
    };
  } catch {
    return undefined;
  }
}

function pathOf(url: string): string {
  const path = normalize(decodeURIComponent(url.replace(/[?#].*/s, '')));
  if (path.split('/').some((part) => part.startsWith('.'))) throw new Error('hidden');
  return path.endsWith('/') ? `${path}index.html` : path;
}

function describe(file: StaticFile, response: ServerResponse): void {
  const extension = extname(file.path);
  const hashed = hashedName.test(file.path);
  response.setHeader('Content-Type', types[extension] ?? 'application/octet-stream');
  response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('ETag', file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (compressible.has(extension)) response.setHeader('Vary', 'Accept-Encoding');
}

function isFresh(request: IncomingMessage, file: StaticFile): boolean {
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.some((tag) => tag === file.etag || tag === '*') ?? false;
}

function isGzipWanted(request: IncomingMessage, file: StaticFile): boolean {
  const accepted = request.headers['accept-encoding'] ?? '';
  return compressible.has(extname(file.path)) && /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))/.test(accepted);
}

function isRangeWanted(request: IncomingMessage, file: StaticFile): boolean {
  const condition = request.headers['if-range'];
  return request.headers.range !== undefined && (condition === undefined || condition === file.etag);
}

async function sendRange(
  file: StaticFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = parseRange(request.headers.range ?? '', file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  response.setHeader('Content-Length', end - start + 1);
  if (range) response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${file.size}` });
  await send(file, { start, end }, request, response);
}

async function send(
  file: StaticFile,
  range: { start: number; end: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'HEAD' || range.end < range.start) return void response.end();
  await pipeline(createReadStream(file.path, range), response);
}

/** Weak, since the compressed bytes are not the file's; the ETag without W/ stays comparable. */
async function sendZipped(
  zipped: Map<string, Promise<Buffer>>,
  file: StaticFile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = `${file.path} ${file.etag}`;
  if (!zipped.has(key))
    zipped.set(
      key,
      readFile(file.path).then((bytes) => compress(bytes)),
    );
  const body = await zipped.get(key);
  response.setHeader('ETag', `W/${file.etag}`);
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', body?.length ?? 0);
  response.end(request.method === 'HEAD' ? undefined : body);
}
