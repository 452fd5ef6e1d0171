import { describe, expect, test } from 'vitest';
import { createHasher } from '../content/hasher.ts';
import type { Digest } from '../oci/digest.ts';
import { parseChallenges } from './challenge.ts';
import { endpointOf } from './endpoints.ts';
import { relayedFetch } from './relayed-fetch.ts';
import { Registries } from './registries.ts';
import type { Repository } from './repository.ts';

type Answer = (request: Request) => Response | Promise<Response>;

interface Scripted {
  readonly repository: Repository;
  readonly requests: string[];
  readonly waits: number[];
}

/** A registry that answers as it is told, in order; the last answer stays. */
function scripted(answers: Answer[], credentials?: { username: string; password: string }): Scripted {
  const requests: string[] = [];
  const waits: number[] = [];
  const left = [...answers];
  const registries = new Registries({
    fetch: async (url, init) => {
      const request = new Request(url, init);
      requests.push(`${request.method} ${url} ${request.headers.get('authorization') ?? '-'}`);
      return ((left.length > 1 ? left.shift() : left[0]) as Answer)(request);
    },
    sleep: async (milliseconds) => void waits.push(milliseconds / 1000),
  });
  return {
    repository: registries.repository({ domain: 'example.org', path: 'a/b' }, credentials),
    requests,
    waits,
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function digestOf(text: string): Promise<Digest> {
  const hasher = await createHasher();
  hasher.update(bytes(text));
  return hasher.digest();
}

const manifest = '{"schemaVersion":2}';
const type = { 'content-type': 'application/vnd.oci.image.manifest.v1+json; charset=utf-8' };
const ok = () => new Response(manifest, { headers: type });
const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  () =>
    new Response(body, { status: code, headers });
const token = () => Response.json({ token: 'T', expires_in: 300 });
const unreachable = () => Promise.reject(new TypeError('fetch failed'));
const endless = () =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) }));
const broken = (sent: string) => () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes(sent));
        setTimeout(() => controller.error(new TypeError('terminated')), 5);
      },
    }),
  );

const bearer = { 'www-authenticate': 'Bearer realm="https://auth.example.org/token",service="reg"' };

async function read(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of source) text += new TextDecoder().decode(chunk);
  return text;
}

describe('a manifest', () => {
  test('by tag, with its type and digest', async () => {
    const { repository, requests } = scripted([ok]);
    expect(await repository.manifest('v1')).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: await digestOf(manifest),
      text: manifest,
    });
    expect(requests).toEqual(['GET https://example.org/v2/a/b/manifests/v1 -']);
  });

  test('by a digest that it does not have', async () => {
    const digest = await digestOf('other');
    await expect(scripted([ok]).repository.manifest(digest)).rejects.toThrow(
      `manifest verification failed for digest ${digest}`,
    );
  });

  test('that is not there, in the words of the registry', async () => {
    const body =
      '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"v9"}}]}';
    await expect(scripted([status(404, {}, body)]).repository.manifest('v9')).rejects.toMatchObject({
      message: 'manifest unknown: manifest unknown',
      kind: 'not-found',
      status: 404,
    });
  });

  test('that never ends', async () => {
    await expect(scripted([endless]).repository.manifest('v1')).rejects.toThrow('larger than');
  });
});

describe('authentication', () => {
  test('with a token, which is kept', async () => {
    const { repository, requests } = scripted([status(401, bearer), token, ok, ok]);
    await repository.manifest('v1');
    await repository.manifest('v2');
    expect(requests).toEqual([
      'GET https://example.org/v2/a/b/manifests/v1 -',
      'GET https://auth.example.org/token?service=reg&scope=repository%3Aa%2Fb%3Apull -',
      'GET https://example.org/v2/a/b/manifests/v1 Bearer T',
      'GET https://example.org/v2/a/b/manifests/v2 Bearer T',
    ]);
  });

  test('with a name and password of any characters', async () => {
    const challenge = status(401, { 'www-authenticate': 'Basic realm="x"' });
    const { repository, requests } = scripted([challenge, ok], { username: 'ä', password: 'p:w' });
    await repository.manifest('v1');
    expect(requests[1]).toBe(
      `GET https://example.org/v2/a/b/manifests/v1 Basic ${Buffer.from('ä:p:w').toString('base64')}`,
    );
  });

  test('that fails is tried once', async () => {
    const body = '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}';
    const refuse = status(401, { 'www-authenticate': 'Basic realm="x"' }, body);
    const { repository, requests } = scripted([refuse], { username: 'a', password: 'b' });
    await expect(repository.manifest('v1')).rejects.toMatchObject({
      message: 'unauthorized: authentication required',
      kind: 'forbidden',
    });
    expect(requests).toHaveLength(2);
  });

  test('is for the registry alone, not for where it sends uploads', async () => {
    const created = status(202, { location: 'https://elsewhere.example.net/up' });
    const { repository, requests } = scripted([status(401, bearer), token, created]);
    const upload = await repository.startUpload();
    await repository.uploadChunk(upload, 0, bytes('abc'));
    expect(requests.at(-1)).toBe('PATCH https://elsewhere.example.net/up -');
  });
});

describe('tokens', () => {
  const challenge = status(401, bearer);
  async function asked(
    answer: object,
    work: (registries: Registries) => Promise<unknown>,
  ): Promise<Request[]> {
    const requests: Request[] = [];
    const registries = new Registries({
      fetch: async (url, init) => {
        const request = new Request(url, init);
        requests.push(request.clone());
        if (url.startsWith('https://auth.')) return Response.json(answer);
        return request.headers.get('authorization') === 'Bearer T' ? ok() : challenge();
      },
    });
    await work(registries);
    return requests.filter(({ url }) => url.startsWith('https://auth.'));
  }

  test('an identity token is sent as OAuth 2 wants it, and what follows it is taken', async () => {
    const answer = { access_token: 'T', expires_in: 300, refresh_token: 'R2' };
    const [request] = await asked(answer, (registries) =>
      registries
        .repository({ domain: 'example.org', path: 'a/b' }, { username: 'u', identityToken: 'R1' })
        .manifest('v1'),
    );
    expect(request?.method).toBe('POST');
    const form = new URLSearchParams(await request?.text());
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'R1',
      client_id: 'docker',
      service: 'reg',
      scope: 'repository:a/b:pull',
    });
    expect(request?.headers.get('authorization')).toBeNull();
  });

  test('logging in asks for one that stands in for the password', async () => {
    let token: string | undefined;
    const [request] = await asked({ token: 'T', refresh_token: 'R' }, async (registries) => {
      token = await registries.login('example.org', { username: 'u', password: 'p' });
    });
    expect(token).toBe('R');
    expect(new URL(request?.url ?? '').searchParams.toString()).toBe(
      'service=reg&account=u&offline_token=true&client_id=docker',
    );
  });

  test('one that the registry has had enough of is asked for again', async () => {
    const { repository, requests } = scripted([challenge, token, ok, challenge, token, ok]);
    await repository.manifest('v1');
    await repository.manifest('v2');
    expect(requests.map((line) => line.split(' ').slice(2).join(' '))).toEqual([
      '-',
      '-',
      'Bearer T',
      'Bearer T',
      '-',
      'Bearer T',
    ]);
  });

  test('a name and password are wanted and nobody has given them', async () => {
    const refuse = status(401, { 'www-authenticate': 'Basic realm="x"' });
    await expect(scripted([refuse]).repository.manifest('v1')).rejects.toThrow('no basic auth credentials');
  });

  test('one for too little is told of as its registry words it', async () => {
    const scope = 'Bearer realm="https://auth.example.org/token",error="insufficient_scope"';
    const { repository } = scripted([challenge, token, status(401, { 'www-authenticate': scope })]);
    await expect(repository.hasBlob(await digestOf('x'))).rejects.toMatchObject({
      message: 'denied: requested access to the resource is denied',
      code: 'DENIED',
    });
  });

  test('a token server’s own refusal is told of', async () => {
    const { repository } = scripted([
      challenge,
      status(401, {}, '{"details":"incorrect username or password"}'),
    ]);
    await expect(repository.manifest('v1')).rejects.toThrow('unauthorized: incorrect username or password');
  });
});

describe('trouble', () => {
  test('waits as it is told, then twice as long each time', async () => {
    const { repository, waits } = scripted([status(429, { 'retry-after': '7' }), status(503), ok]);
    await repository.manifest('v1');
    expect(waits).toEqual([7, 2]);
  });

  test('does not wait for longer than anybody sits there, and passes on what is said of limits', async () => {
    const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}';
    const { repository, waits } = scripted([status(429, { 'retry-after': '21600' }, body)]);
    await expect(repository.manifest('v1')).rejects.toThrow(
      'toomanyrequests: You have reached your pull rate limit.',
    );
    expect(waits).toEqual([]);
  });

  test('of the network is told at once when a name is looked up, and sat out for a blob', async () => {
    const { repository, waits } = scripted([unreachable]);
    await expect(repository.manifest('v1')).rejects.toMatchObject({
      message: 'example.org: fetch failed',
      kind: 'unavailable',
    });
    expect(waits).toEqual([]);
    const second = scripted([unreachable, () => new Response('x')]);
    expect(await read(second.repository.blob({ digest: await digestOf('x'), size: 1 }))).toBe('x');
    expect(second.waits).toEqual([1]);
  });

  test('gives up in the end', async () => {
    const { repository, waits } = scripted([status(500)]);
    await expect(repository.manifest('v1')).rejects.toThrow('unexpected HTTP status: 500');
    expect(waits).toHaveLength(4);
  });
});

describe('a blob', () => {
  const text = 'abcdefghij';
  test('goes on where the connection broke', async () => {
    const ranges: (string | null)[] = [];
    const rest: Answer = (request) => {
      ranges.push(request.headers.get('range'));
      return new Response('efghij', { status: 206 });
    };
    const { repository } = scripted([broken('abcd'), rest]);
    expect(await read(repository.blob({ digest: await digestOf(text), size: text.length }))).toBe(text);
    expect(ranges).toEqual(['bytes=4-']);
  });

  test('from a registry without ranges', async () => {
    const { repository } = scripted([broken('abcd'), () => new Response(text)]);
    expect(await read(repository.blob({ digest: await digestOf(text), size: text.length }))).toBe(text);
  });

  test('that is too long, too short or another one', async () => {
    const digest = await digestOf(text);
    const blob = (body: string) =>
      read(scripted([() => new Response(body)]).repository.blob({ digest, size: 10 }));
    await expect(blob('abcdefghijk')).rejects.toMatchObject({ kind: 'invalid' });
    await expect(blob('abcde')).rejects.toMatchObject({ kind: 'invalid' });
    await expect(blob('abcdefghix')).rejects.toMatchObject({ kind: 'invalid' });
  });
});

test('tags, page after page', async () => {
  const { repository, requests } = scripted([
    () =>
      Response.json(
        { tags: ['a', 'b'] },
        { headers: { link: '</v2/a/b/tags/list?last=b&n=1000>; rel="next"' } },
      ),
    () => Response.json({ tags: ['c'] }),
  ]);
  const tags: string[] = [];
  for await (const tag of repository.tags()) tags.push(tag);
  expect(tags).toEqual(['a', 'b', 'c']);
  expect(requests[1]).toBe('GET https://example.org/v2/a/b/tags/list?last=b&n=1000 -');
});

test('a blob of a neighbour is mounted or uploaded', async () => {
  const digest = await digestOf('x');
  expect(await scripted([status(201)]).repository.mountBlob(digest, 'c/d')).toEqual({ mounted: true });
  expect(await scripted([status(202, { location: '/v2/up/1' })]).repository.mountBlob(digest, 'c/d')).toEqual(
    {
      mounted: false,
      upload: { address: 'https://example.org/v2/up/1', leastChunk: 0 },
    },
  );
});

test.each([
  ['Basic realm="a \\"b\\""', [['basic', { realm: 'a "b"' }]]],
  [
    'Bearer realm="https://x/y",scope="repository:a:pull,push", Basic realm=z',
    [
      ['bearer', { realm: 'https://x/y', scope: 'repository:a:pull,push' }],
      ['basic', { realm: 'z' }],
    ],
  ],
  [
    'Negotiate, Basic realm="q"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'q' }],
    ],
  ],
  ['', []],
  ['"', []],
])('the challenges of %s', (header, expected) => {
  const found = parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
  expect(found).toEqual(expected);
});

test.each([
  ['docker.io', [], 'https://registry-1.docker.io/'],
  ['localhost:5000', [], 'http://localhost:5000/'],
  ['ghcr.io', [], 'https://ghcr.io/'],
  ['reg.lan:80', ['reg.lan:80'], 'http://reg.lan:80/'],
])('the address of %s', (domain, insecure, expected) => {
  expect(endpointOf(domain, insecure)).toBe(expected);
});

const asked = async (url: string, relay: string | undefined): Promise<string> => {
  let seen = '';
  const fetch = relayedFetch({
    fetch: async (address) => {
      seen = address;
      return new Response();
    },
    relay: async () => relay,
  });
  await fetch(url);
  return seen;
};

describe('in a page', () => {
  test('registries are asked through the relay, those of the machine are not', async () => {
    const relay = 'http://127.0.0.1:5173/relay/';
    expect(await asked('https://ghcr.io/v2/a/tags/list?n=1', relay)).toBe(
      `${relay}https/ghcr.io/v2/a/tags/list?n=1`,
    );
    expect(await asked('http://localhost:5000/v2/', relay)).toBe('http://localhost:5000/v2/');
    expect(await asked('https://ghcr.io/v2/', undefined)).toBe('https://ghcr.io/v2/');
  });

  test('what cannot be read says what to do', async () => {
    const fetch = relayedFetch({ fetch: unreachable, relay: async () => undefined });
    await expect(fetch('https://ghcr.io/v2/')).rejects.toThrow(/^ghcr\.io cannot be reached.*npm start/);
  });

  test('a registry of the machine that does not let pages in is asked through the relay from then on', async () => {
    const seen: string[] = [];
    const fetch = relayedFetch({
      fetch: async (address) => {
        seen.push(address);
        if (!address.includes('/relay/')) throw new TypeError('Failed to fetch');
        return new Response('ok');
      },
      relay: async () => 'http://127.0.0.1:5173/relay/',
    });
    expect(await (await fetch('http://localhost:5000/v2/')).text()).toBe('ok');
    await fetch('http://localhost:5000/v2/a');
    expect(seen).toEqual([
      'http://localhost:5000/v2/',
      'http://127.0.0.1:5173/relay/http/localhost:5000/v2/',
      'http://127.0.0.1:5173/relay/http/localhost:5000/v2/a',
    ]);
  });

  test('a registry of the machine that the relay does not know either is told of as it is', async () => {
    const refusal = JSON.stringify({ errors: [{ code: 'RELAY', message: 'not known' }] });
    const fetch = relayedFetch({
      fetch: (address) =>
        address.includes('/relay/') ? Promise.resolve(new Response(refusal, { status: 403 })) : unreachable(),
      relay: async () => 'http://127.0.0.1:5173/relay/',
    });
    await expect(fetch('http://localhost:5000/v2/')).rejects.toThrow(/^localhost:5000 cannot be reached/);
  });

  test('the browser is not to ask for passwords by itself', async () => {
    const seen: (RequestInit | undefined)[] = [];
    const fetch = relayedFetch({
      fetch: async (_, init) => {
        seen.push(init);
        return new Response();
      },
      relay: async () => 'http://127.0.0.1:5173/relay/',
    });
    await fetch('https://ghcr.io/v2/', { method: 'HEAD' });
    expect(seen).toEqual([{ method: 'HEAD', credentials: 'omit' }]);
  });
});
