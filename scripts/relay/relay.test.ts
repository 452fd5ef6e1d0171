import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createStaticServer, listen } from '../static-server.ts';
import { AllowList } from './allow-list.ts';
import { isPublic } from './public-address.ts';
import { relay } from './relay.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  return `127.0.0.1:${await listen(server, 0)}`;
}

interface Answer {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A page elsewhere that may use the relay. */
const guest = 'https://course.example.org';

/** A page's server, whose relay knows these registries. */
async function relayFor(
  ...hosts: string[]
): Promise<
  (path: string, headers?: Record<string, string>, method?: string, body?: string) => Promise<Answer>
> {
  const registries = new AllowList(hosts.map((host) => ({ host, scheme: 'http' })));
  const server = createStaticServer('/nonexistent', (asked, answer) =>
    relay({ registries, origins: [guest] }, asked, answer),
  );
  servers.push(server);
  const port = await listen(server, 0);
  return (path, headers = {}, method = 'GET', body = '') =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: text }),
        );
        response.on('error', reject);
      });
      outgoing.on('error', reject).end(body);
    });
}

test('a request goes on with what it needs and nothing else, and the answer comes back', async () => {
  let seen: IncomingMessage | undefined;
  const registry = await serve((asked, answer) => {
    seen = asked;
    answer.writeHead(206, { 'content-range': 'bytes 0-1/2', 'set-cookie': 'a=b', 'x-own': 'c' }).end('ok');
  });
  const ask = await relayFor(registry);
  const { status, headers, body } = await ask(`/relay/http/${registry}/v2/a/blobs/x?y=1`, {
    authorization: 'Bearer T',
    range: 'bytes=0-1',
    cookie: 'secret=1',
    'x-forwarded-for': '1.2.3.4',
  });
  expect([status, body, headers['content-range'], headers['set-cookie'], headers['x-own']]).toEqual([
    206,
    'ok',
    'bytes 0-1/2',
    undefined,
    undefined,
  ]);
  expect(seen?.url).toBe('/v2/a/blobs/x?y=1');
  expect(Object.keys(seen?.headers ?? {}).sort()).toEqual(['authorization', 'connection', 'host', 'range']);
});

test('bodies go up', async () => {
  const registry = await serve((asked, answer) => {
    let text = '';
    asked.on('data', (chunk: Buffer) => (text += chunk.toString()));
    asked.on('end', () => answer.writeHead(201, { location: '/v2/a/manifests/x' }).end(text));
  });
  const ask = await relayFor(registry);
  const body = 'x'.repeat(100_000);
  const answer = await ask(`/relay/http/${registry}/v2/a/manifests/x`, {}, 'PUT', body);
  expect([answer.status, answer.body.length, answer.headers.location]).toEqual([
    201,
    100_000,
    '/v2/a/manifests/x',
  ]);
});

test('redirects are followed', async () => {
  let seen: IncomingMessage | undefined;
  const registry = await serve((asked, answer) => {
    seen = asked;
    if (asked.url === '/elsewhere') answer.end('blob');
    else answer.writeHead(307, { location: '/elsewhere' }).end();
  });
  const ask = await relayFor(registry);
  expect((await ask(`/relay/http/${registry}/v2/a`, { authorization: 'Bearer T' })).body).toBe('blob');
  expect(seen?.url).toBe('/elsewhere');
});

test('a redirect to a private network is not followed', async () => {
  let reached = false;
  const inside = await serve((_, answer) => {
    reached = true;
    answer.end('secret');
  });
  const registry = await serve((_, answer) =>
    answer.writeHead(302, { location: `https://${inside}/` }).end(),
  );
  const { status, body } = await (await relayFor(registry))(`/relay/http/${registry}/v2/a`);
  expect([status, reached]).toEqual([502, false]);
  expect(body).toContain('private network');
});

test('a redirect to another registry that was named is followed, without the credentials', async () => {
  let seen: IncomingMessage | undefined;
  const storage = await serve((asked, answer) => {
    seen = asked;
    answer.end('blob');
  });
  const registry = await serve((_, answer) =>
    answer.writeHead(307, { location: `http://${storage}/blob` }).end(),
  );
  const ask = await relayFor(registry, storage);
  const { body } = await ask(`/relay/http/${registry}/v2/a/blobs/x`, { authorization: 'Bearer T' });
  expect([body, seen?.headers.authorization]).toEqual(['blob', undefined]);
});

test('where an upload goes on elsewhere, nothing is sent there', async () => {
  let reached = false;
  const inside = await serve((_, answer) => {
    reached = true;
    answer.end();
  });
  const registry = await serve((asked, answer) =>
    answer.writeHead(asked.method === 'POST' ? 202 : 307, { location: `http://${inside}/v2/up` }).end(),
  );
  const ask = await relayFor(registry);
  const opened = await ask(`/relay/http/${registry}/v2/a/blobs/uploads/`, {}, 'POST');
  expect([opened.status, opened.headers.location]).toEqual([202, `http://${inside}/v2/up`]);
  expect((await ask(`/relay/http/${inside}/v2/up`, {}, 'PATCH', 'secret')).status).toBe(403);
  const put = await ask(`/relay/http/${registry}/v2/a/manifests/x`, {}, 'PUT', 'secret');
  expect([put.status, reached]).toEqual([307, false]);
});

test('a body goes up as it comes, and an answer comes down as it is made', async () => {
  const seen: string[] = [];
  const registry = await serve((asked, answer) => {
    answer.writeHead(200);
    asked.on('data', (chunk: Buffer) => {
      seen.push(chunk.toString());
      answer.write(`${chunk.toString()}!`);
    });
    asked.on('end', () => answer.end());
  });
  const server = createStaticServer('/nonexistent', (asked, answer) =>
    relay({ registries: new AllowList([{ host: registry, scheme: 'http' }]) }, asked, answer),
  );
  servers.push(server);
  const port = await listen(server, 0);
  const path = `/relay/http/${registry}/v2/a/blobs/uploads/1`;
  const outgoing = request({ host: '127.0.0.1', port, path, method: 'PATCH' });
  outgoing.write('one');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  expect(String((await once(answer, 'data'))[0])).toBe('one!');
  outgoing.end('two');
  expect(String((await once(answer, 'data'))[0])).toBe('two!');
  expect(seen).toEqual(['one', 'two']);
});

test('a page that goes away takes its request along', async () => {
  const waiting = new EventEmitter();
  const reached = once(waiting, 'reached');
  const registry = await serve((asked) => {
    asked.socket.once('close', () => waiting.emit('gone'));
    waiting.emit('reached');
  });
  const server = createStaticServer('/nonexistent', (asked, answer) =>
    relay({ registries: new AllowList([{ host: registry, scheme: 'http' }]) }, asked, answer),
  );
  servers.push(server);
  const port = await listen(server, 0);
  const outgoing = request({ host: '127.0.0.1', port, path: `/relay/http/${registry}/v2/` });
  outgoing.on('error', () => undefined).end();
  await reached;
  const gone = once(waiting, 'gone');
  outgoing.destroy();
  await gone;
});

test('a page elsewhere that was named may ask, and is told what its browser needs to know', async () => {
  const registry = await serve((_, answer) => answer.end('{}'));
  const ask = await relayFor(registry);
  const path = `/relay/http/${registry}/v2/`;
  const preflight = await ask(
    path,
    { origin: guest, 'sec-fetch-site': 'cross-site', 'access-control-request-private-network': 'true' },
    'OPTIONS',
  );
  expect(preflight.status).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': guest,
    'access-control-allow-private-network': 'true',
    'access-control-allow-headers': expect.stringContaining('authorization') as string,
  });
  const answer = await ask(path, { origin: guest, 'sec-fetch-site': 'cross-site' });
  expect([answer.status, answer.body, answer.headers['access-control-allow-origin']]).toEqual([
    200,
    '{}',
    guest,
  ]);
  expect((await ask(path, { origin: guest, host: 'rebound.example' })).status).toBe(403);
  expect((await ask(path, { origin: `${guest}.evil.example` }, 'OPTIONS')).status).toBe(403);
});

test('Docker Hub is searched, and nothing else of it asked for', () => {
  const list = new AllowList();
  const admits = (url: string) => list.admits(new URL(url));
  expect(admits('https://index.docker.io/v1/search?q=a')).toEqual({ private: false });
  expect(admits('https://index.docker.io/v1/users')).toBeUndefined();
  expect(admits('http://index.docker.io/v1/search')).toBeUndefined();
});

test('token servers are those that a registry has named', async () => {
  const auth = await serve((_, answer) => answer.end('{"token":"T"}'));
  const registry = await serve((_, answer) =>
    answer.writeHead(401, { 'www-authenticate': `Bearer realm="http://${auth}/token",service="x"` }).end(),
  );
  const ask = await relayFor(registry);
  expect((await ask(`/relay/http/${auth}/token?service=x`)).status).toBe(403);
  expect((await ask(`/relay/http/${registry}/v2/`)).status).toBe(401);
  expect((await ask(`/relay/http/${auth}/token?service=x`)).body).toBe('{"token":"T"}');
  expect((await ask(`/relay/http/${auth}/other`)).status).toBe(403);
});

test.each([
  '/relay/http/REGISTRY/other',
  '/relay/https/REGISTRY/v2/',
  '/relay/http/127.0.0.1:1/v2/',
  '/relay/https/example.com/v2/',
  '/relay/https/registry-1.docker.io/token',
  '/relay/http/registry-1.docker.io/v2/',
  '/relay/file/x/v2/',
  '/relay/http/user@REGISTRY/v2/',
  '/relay/x',
  '/relay/https/registry-1.docker.io/v2/../token',
  '/relay/https/registry-1.docker.io/v2/%2e%2e/token',
  '/relay/https/registry-1.docker.io:444/v2/',
  '/relay/https/registry-1.docker.io.evil.example/v2/',
  '/relay/http/2130706433/v2/',
  '/relay/http/[::ffff:127.0.0.1]/v2/',
  '/relay/http/0x7f.1/v2/',
])('%s is refused', async (path) => {
  const registry = await serve((_, answer) => answer.end('secret'));
  const { status, body } = await (await relayFor(registry))(path.replace('REGISTRY', registry));
  expect([status, body.includes('secret')]).toEqual([403, false]);
});

test('the page can find out that there is a relay', async () => {
  expect((await (await relayFor())('/relay/')).status).toBe(204);
});

test.each([
  { origin: 'https://evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { host: 'rebound.example' },
])('another page is refused: %s', async (headers) => {
  const registry = await serve((_, answer) => answer.end('secret'));
  const { status } = await (await relayFor(registry))(`/relay/http/${registry}/v2/`, headers);
  expect(status).toBe(403);
});

test.each([
  ['8.8.8.8', true],
  ['10.1.2.3', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.0.1', false],
  ['100.100.0.1', false],
  ['255.255.255.255', false],
  ['2600::1', true],
  ['::1', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['2002:a00::1', false],
  ['::', false],
  ['::ffff:7f00:1', false],
  ['::127.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2001::7f00:1', false],
  ['fec0::1', false],
  ['ff02::1', false],
  ['3fff::1', false],
  ['0.0.0.0', false],
  ['192.0.0.8', false],
  ['224.0.0.1', false],
  ['name', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

test('git repositories may be fetched from known hosts and those that were named, and nothing else of them', () => {
  const list = new AllowList([{ host: 'git.example:3000', scheme: 'http' }]);
  const admits = (url: string) => list.admits(new URL(url));
  const discovery = 'a/b.git/info/refs?service=git-upload-pack';
  expect(admits(`https://github.com/${discovery}`)).toEqual({ private: false });
  expect(admits('https://github.com/a/b.git/git-upload-pack')).toEqual({ private: false });
  expect(admits(`http://git.example:3000/${discovery}`)).toEqual({ private: true });
  expect(admits(`https://other.example/${discovery}`)).toBeUndefined();
  expect(admits('https://github.com/a/b.git/info/refs?service=git-receive-pack')).toBeUndefined();
  expect(admits('https://github.com/a/b.git/git-receive-pack')).toBeUndefined();
  expect(admits('https://github.com/a/b/archive/main.tar.gz')).toBeUndefined();
});
