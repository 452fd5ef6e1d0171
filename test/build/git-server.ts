/** A git server on this computer: git's own http-backend, behind Node's HTTP. */
import { spawn, spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitServer {
  readonly address: string;
  close(): void;
}

/** Whether this computer has what the server needs. */
export function gitIsThere(): boolean {
  return spawnSync('git', ['http-backend'], { env: { PATH: process.env['PATH'] } }).error === undefined;
}

/** Serves the repositories of a folder, as `GIT_PROJECT_ROOT` of https://git-scm.com/docs/git-http-backend. */
export function serveGit(folder: string): Promise<GitServer> {
  const server = createServer((request, response) => backend(folder, request, response));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve({ address: `http://127.0.0.1:${bound}`, close: () => void server.close() });
    });
  });
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_1: 'true',
      PATH_INFO: pathname,
      QUERY_STRING: String(searchParams),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['git-protocol'] && { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
      ...(request.headers['content-encoding'] && {
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      }),
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => answer(Buffer.concat(chunks), response));
}

/** A CGI's answer: a head of its own, then the body. */
function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, Math.max(end, 0)).toString().split('\r\n');
  const headers = lines.map((line) => /^([^:]+): (.*)$/.exec(line) ?? []);
  for (const [, name = '', value = ''] of headers)
    if (name === 'Status') response.statusCode = Number.parseInt(value);
    else if (name !== '') response.setHeader(name, value);
  response.end(output.subarray(end + 4));
}
