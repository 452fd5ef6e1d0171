/**
 * Files for a remote ADD, on loopback. Run by itself it serves one folder of a case:
 *   node --import tsx test/build/file-server.ts PORT
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const files: Readonly<Record<string, { type: string; body: string; modified?: string }>> = {
  '/hello.txt': { type: 'text/plain', body: 'hello\n', modified: 'Mon, 05 Feb 2024 06:07:08 GMT' },
  '/undated': { type: 'application/octet-stream', body: 'undated\n' },
  '/deep/path/file.html': { type: 'text/html', body: '<p>', modified: 'Mon, 05 Feb 2024 06:07:08 GMT' },
};

export interface FileServer {
  readonly address: string;
  close(): void;
}

export async function serveFiles(port = 0): Promise<FileServer> {
  const server: Server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://localhost').pathname];
    if (!file) response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
    else
      response
        .writeHead(200, {
          'Content-Type': file.type,
          'Content-Length': Buffer.byteLength(file.body),
          ...(file.modified !== undefined && { 'Last-Modified': file.modified }),
        })
        .end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

const port = process.argv[2];
if (process.argv[1] === import.meta.filename && port !== undefined)
  console.log((await serveFiles(Number(port))).address);
