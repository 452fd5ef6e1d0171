import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStaticServer, listen } from './static-server.ts';

let folder: string;
let server: Server;
let port: number;

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Sends the path as it is: fetch would tidy `..` away. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject).end();
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'static-'));
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'web/index.html'), '<!doctype html>'.repeat(100));
  await writeFile(join(folder, 'web/.hidden'), 'hidden');
  await writeFile(join(folder, 'web/state.bin'), '0123456789');
  await writeFile(join(folder, 'web/empty.bin'), '');
  await writeFile(join(folder, 'web/v86.wasm'), 'wasm');
  await writeFile(join(folder, 'web/assets/app-Ab12_-9z.js'), 'export {};');
  await mkdir(join(folder, 'web/machine'));
  await writeFile(join(folder, 'web/machine/state-0123456789ab.zst'), '');
  await symlink(join(folder, 'secret.txt'), join(folder, 'web/link.txt'));
  server = createStaticServer(join(folder, 'web'));
  port = await listen(server, 0);
});

afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true });
});

describe('files', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?play=1', 'text/html; charset=utf-8'],
    ['/v86.wasm', 'application/wasm'],
    ['/assets/app-Ab12_-9z.js', 'text/javascript; charset=utf-8'],
    ['/state.bin', 'application/octet-stream'],
  ])('%s is %s', async (path, type) => {
    const { status, headers } = await ask(path);
    expect([status, headers['content-type']]).toEqual([200, type]);
  });

  test.each(['/nothing', '/assets', '/assets/', '/.hidden', '/%', '/%00', '/link.txt'])(
    '%s is not found',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '//../secret.txt',
  ])('%s stays inside', async (path) => {
    const { status, body } = await ask(path);
    expect([status, body.includes('secret')]).toEqual([404, false]);
  });

  test('only reads', async () => {
    const { status, headers } = await ask('/', {}, 'POST');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('HEAD has the headers and no body', async () => {
    const { status, headers, body } = await ask('/state.bin', {}, 'HEAD');
    expect([status, headers['content-length'], body.length]).toEqual([200, '10', 0]);
  });

  test('an empty file is empty', async () => {
    const { status, body } = await ask('/empty.bin');
    expect([status, body.length]).toEqual([200, 0]);
  });
});

describe('caching', () => {
  test('names with a hash are kept, others are asked for again', async () => {
    expect((await ask('/assets/app-Ab12_-9z.js')).headers['cache-control']).toContain('immutable');
    expect((await ask('/machine/state-0123456789ab.zst')).headers['cache-control']).toContain('immutable');
    expect((await ask('/state.bin')).headers['cache-control']).toBe('no-cache');
  });

  test.each([{}, { 'accept-encoding': 'gzip' }])(
    'an unchanged file is not sent again (%o)',
    async (headers) => {
      const { headers: first } = await ask('/', headers);
      const { status, body } = await ask('/', { ...headers, 'if-none-match': `"other", ${first.etag}` });
      expect([status, body.length]).toEqual([304, 0]);
    },
  );
});

describe('compression', () => {
  test('text shrinks for who takes gzip', async () => {
    const plain = await ask('/');
    const { headers, body } = await ask('/', { 'accept-encoding': 'br, gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.length).toBeLessThan(plain.body.length);
    expect(gunzipSync(body)).toEqual(plain.body);
  });

  test('and stays for who refuses it', async () => {
    expect(
      (await ask('/', { 'accept-encoding': 'gzip;q=0, br' })).headers['content-encoding'],
    ).toBeUndefined();
  });

  test('a saved machine is compressed already', async () => {
    expect(
      (await ask('/state.bin', { 'accept-encoding': 'gzip' })).headers['content-encoding'],
    ).toBeUndefined();
  });
});

describe('ranges', () => {
  test('a part', async () => {
    const { status, headers, body } = await ask('/state.bin', { range: 'bytes=2-4' });
    expect([status, headers['content-range'], body.toString()]).toEqual([206, 'bytes 2-4/10', '234']);
  });

  test('beyond the end', async () => {
    const { status, headers } = await ask('/state.bin', { range: 'bytes=10-' });
    expect([status, headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  test('of a file that has changed: all of it', async () => {
    const { status, body } = await ask('/state.bin', { range: 'bytes=2-4', 'if-range': '"old"' });
    expect([status, body.toString()]).toEqual([200, '0123456789']);
  });

  test('several are answered with all of it', async () => {
    const { status, body } = await ask('/state.bin', { range: 'bytes=0-1,4-5' });
    expect([status, body.toString()]).toEqual([200, '0123456789']);
  });
});
