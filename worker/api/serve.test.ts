import { beforeAll, describe, expect, test, vi } from 'vitest';
import { deferred } from '../engine/deferred.ts';
import { create, type Fixture, makeFixture, settle } from '../engine/fixture.suite.ts';
import { ApiError } from '../protocol/engine-api.ts';
import { MemoryClient } from './http/memory-connection.suite.ts';
import { serveApi } from './serve.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await makeFixture();
});

interface Answer {
  status: number;
  head: string;
  body: string;
}

interface Request {
  body?: string | object;
  type?: string;
}

/** One request of a client that waits for the whole answer. */
async function ask(line: string, { body, type = 'application/json' }: Request = {}): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const length = text === undefined ? '' : `Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n`;
  const client = new MemoryClient();
  const served = serveApi(fixture.engine, client.connection);
  client.send(`${line} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n${length}\r\n${text ?? ''}`);
  const received = await client.all();
  client.end();
  await served;
  const at = received.indexOf('\r\n\r\n');
  const [head, rest] = [received.slice(0, at), received.slice(at + 4)];
  const whole = head.includes('Transfer-Encoding: chunked') ? unchunked(rest) : rest;
  return { status: Number(head.split(' ')[1]), head, body: whole };
}

function unchunked(text: string): string {
  const [, size = '', rest = ''] = /^([0-9a-f]+)\r\n([^]*)$/.exec(text) ?? [];
  const length = parseInt(size, 16);
  return length > 0 ? rest.slice(0, length) + unchunked(rest.slice(length + 2)) : '';
}

async function message(line: string, request?: Request): Promise<string> {
  const { status, body } = await ask(line, request);
  return `${status} ${(JSON.parse(body) as { message: string }).message}`;
}

async function virtualSizes(version: string): Promise<boolean[]> {
  const { body } = await ask(`GET /v${version}/images/json`);
  return (JSON.parse(body) as object[]).map((image) => 'VirtualSize' in image);
}

async function infoFields(version: string): Promise<string[]> {
  return Object.keys(JSON.parse((await ask(`GET /v${version}/info`)).body) as object);
}

describe('versions', () => {
  test('are in the path or not, and in a header of every answer', async () => {
    for (const path of ['/version', '/v1.24/version', '/v1.51/version']) {
      const { status, head } = await ask(`GET ${path}`);
      expect(status).toBe(200);
      expect(head).toContain('Api-Version: 1.51\r\n');
      expect(head).toContain('Server: Docker/28.5.2 (linux)\r\n');
    }
  });

  test('that are too old or too new are refused', async () => {
    expect(await message('GET /v1.52/info')).toBe(
      '400 client version 1.52 is too new. Maximum supported API version is 1.51',
    );
    const old = await ask('GET /v1.23/info');
    expect(old.head).toContain('Content-Type: text/plain; charset=utf-8');
    expect(old.body).toBe(
      'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n',
    );
  });

  test('shape what they get', async () => {
    expect(await virtualSizes('1.43')).toEqual([true]);
    expect(await virtualSizes('1.44')).toEqual([false]);
    expect(await infoFields('1.49')).toContain('BridgeNfIptables');
    expect(await infoFields('1.50')).not.toContain('BridgeNfIptables');
  });
});

describe('ping', () => {
  test('tells what a client must know before it asks anything else', async () => {
    const { head, body } = await ask('GET /_ping');
    for (const field of [
      'Builder-Version: 1',
      'Docker-Experimental: false',
      'Ostype: linux',
      'Swarm: inactive',
    ])
      expect(head).toContain(field);
    expect(body).toBe('OK');
  });

  test('has no body for HEAD', async () => {
    const { head, body } = await ask('HEAD /_ping');
    expect(head).toContain('Content-Length: 0');
    expect(body).toBe('');
  });
});

describe('errors', () => {
  test.each([
    ['GET /nope', '404 page not found'],
    ['GET /v1.40/nope', '404 page not found'],
    ['PATCH /info', '404 page not found'],
    ['HEAD /info', ''],
    ['GET /containers/nope/json', '404 No such container: nope'],
    ['POST /containers/nope/start', '404 No such container: nope'],
    ['POST /containers/nope/kill', '404 cannot kill container: nope: No such container: nope'],
    ['DELETE /containers/nope', '404 No such container: nope'],
    ['GET /exec/nope/json', '404 No such exec instance: nope'],
    [
      'GET /v1.48/images/get?names=a&platform={}&platform={}',
      '400 multiple platform parameters not supported',
    ],
    ['GET /images/nope/json', '404 No such image: nope:latest'],
    ['GET /containers/nope/logs', '400 Bad parameters: you must choose at least one stream'],
    ['GET /containers/nope/archive', '400 bad parameter: pathcannot be empty'],
    ['GET /containers/json?limit=a', '500 strconv.Atoi: parsing "a": invalid syntax'],
    ['GET /containers/json?filters=a', '400 invalid filter'],
    ['GET /containers/json?a=%zz', '400 invalid URL escape "%zz"'],
    ['POST /containers/nope/wait?condition=x', '400 invalid condition: "x"'],
    ['POST /containers/nope/resize?h=1', '400 invalid resize width "": invalid syntax'],
    ['GET /system/df?type=x', '400 unknown object type: x'],
    ['GET /plugins/nope/json', '404 plugin "nope" not found'],
    [
      'GET /plugins/privileges?remote=A',
      '500 invalid reference format: repository name (library/A) must be lowercase',
    ],
    ['POST /swarm/leave', '503 This node is not part of a swarm'],
    ['PUT /volumes/nope', '503 volume update only valid for cluster volumes, but swarm is unavailable'],
    ['GET /containers/nope/attach/ws', '404 No such container: nope'],
    ['POST /build', '500 Cannot locate specified Dockerfile: Dockerfile'],
  ])('%s: %s', async (line, expected) => {
    if (expected === '') expect((await ask(line)).status).toBe(404);
    else expect(await message(line)).toBe(expected);
  });

  test('a plugin that cannot be had asks for no privileges', async () => {
    expect(await ask('GET /v1.51/plugins/privileges?remote=vieux/sshfs')).toMatchObject({
      status: 200,
      body: '[]\n',
    });
  });

  test('a build that nobody has begun may be cancelled, one without a name may not', async () => {
    expect(await message('POST /v1.51/build/cancel')).toBe('400 build ID not provided');
    expect(await ask('POST /v1.51/build/cancel?id=none')).toMatchObject({ status: 200, body: '' });
  });

  test.each(['/swarm', '/services', '/nodes', '/tasks', '/secrets', '/configs'])(
    '%s is as outside a swarm',
    async (path) => {
      expect(await message(`GET ${path}`)).toBe(
        '503 This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
      );
    },
  );

  test.each([
    [
      '/containers/create',
      '{x',
      "400 invalid JSON: invalid character 'x' looking for beginning of object key string",
    ],
    ['/containers/create', '{"Image":"a"} x', '400 unexpected content after JSON'],
    ['/containers/create', '', '400 invalid JSON: got EOF while reading request body'],
    ['/containers/create', '{}', '400 config cannot be empty in order to create a container'],
    [
      '/containers/create',
      '{"Image":1}',
      '400 invalid JSON: json: cannot unmarshal number into Go struct field .Image of type string',
    ],
    ['/containers/nope/exec', '{"Cmd":[]}', '400 No exec command specified'],
    [
      '/containers/nope/start',
      '{"a":"bcdefgh"}',
      '400 starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
    ],
    [
      '/networks/create',
      '{"Name":1}',
      '400 invalid JSON: json: cannot unmarshal number into Go struct field CreateRequest.Name of type string',
    ],
    ['/auth', '{', '500 unexpected EOF'],
  ])('POST %s %s: %s', async (path, body, expected) => {
    expect(await message(`POST ${path}`, { body })).toBe(expected);
  });

  test('a body of another type is not read', async () => {
    expect(await message('POST /containers/create', { body: '{}', type: 'text/plain' })).toBe(
      "400 unsupported Content-Type header (text/plain): must be 'application/json'",
    );
  });

  test('a path that is not clean is redirected', async () => {
    const { status, head } = await ask('GET //containers/../images/json?all=1');
    expect(status).toBe(301);
    expect(head).toContain('Location: /images/json?all=1');
  });

  test('attach tells its errors as a stream, without JSON', async () => {
    expect(await ask('POST /containers/nope/attach?stream=1')).toEqual({
      status: 404,
      head: 'HTTP/1.1 404 Not Found\r\nContent-Type: application/vnd.docker.raw-stream',
      body: 'No such container: nope\r\n',
    });
  });
});

describe('containers', () => {
  test('are made, listed, looked at and removed', async () => {
    const created = await ask('POST /v1.51/containers/create?name=web', {
      body: { Image: 'busybox', Cmd: 'true' },
    });
    expect(created.status).toBe(201);
    const { Id } = JSON.parse(created.body) as { Id: string };
    expect(JSON.parse((await ask('GET /containers/json?all=1')).body)).toMatchObject([
      { Id, Names: ['/web'] },
    ]);
    expect(JSON.parse((await ask('GET /containers/web/json')).body)).toMatchObject({ Id, Path: 'true' });
    expect(await message('POST /containers/create?name=web', { body: { Image: 'busybox' } })).toMatch(
      /^409 Conflict\. /,
    );
    expect((await ask('DELETE /containers/web')).status).toBe(204);
  });

  test('of older versions have binds whose submounts stay writable', async () => {
    const made = vi.spyOn(fixture.engine, 'containerCreate');
    for (const version of ['1.43', '1.44'])
      await ask(`POST /v${version}/containers/create`, { body: { Image: 'busybox' } });
    expect(made.mock.calls.map(([, options]) => options?.readOnlyNonRecursive ?? false)).toEqual([
      true,
      false,
    ]);
    made.mockRestore();
  });

  test('an exec is answered before its process is there, and told in the stream what is wrong with it', async () => {
    const id = await create(fixture.engine);
    await fixture.engine.containerStart(id);
    const { Id } = await fixture.engine.execCreate(id, { Cmd: ['ls'], AttachStdout: true });
    const late = deferred();
    const start = vi.spyOn(fixture.engine, 'execStart').mockReturnValue(late.promise as Promise<never>);
    const client = new MemoryClient();
    const served = serveApi(fixture.engine, client.connection);
    const fields = 'Host: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\n';
    client.send(`POST /exec/${Id}/start HTTP/1.1\r\n${fields}Content-Length: 2\r\n\r\n{}`);
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\n/);
    late.reject(new ApiError(409, `container ${id} is not running`));
    expect(await client.all()).toContain(`container ${id} is not running\r\n`);
    client.end();
    await served;
    start.mockRestore();
    fixture.agent.exit(fixture.agent.started().process, 0);
    await settle();
    await fixture.engine.containerDelete(id);
  });

  test('a wait is answered at once, and ends with the container', async () => {
    const id = await create(fixture.engine);
    const client = new MemoryClient();
    const served = serveApi(fixture.engine, client.connection);
    client.send(`POST /v1.51/containers/${id}/wait?condition=removed HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(await client.until('\r\n\r\n')).toContain('200 OK');
    await fixture.engine.containerDelete(id);
    expect(await client.until('0\r\n\r\n')).toContain('{"StatusCode":0}\n');
    client.end();
    await served;
  });

  test('a client that vanishes while it waits is forgotten', async () => {
    const id = await create(fixture.engine);
    const { engine } = fixture;
    const forgotten = vi.fn<() => void>();
    const waiting = await engine.containerWait(id, 'removed');
    const spy = vi.spyOn(engine, 'containerWait').mockResolvedValue({ ...waiting, forget: forgotten });
    const client = new MemoryClient();
    const served = serveApi(engine, client.connection);
    client.send(`POST /v1.51/containers/${id}/wait?condition=removed HTTP/1.1\r\nHost: a\r\n\r\n`);
    await client.until('\r\n\r\n');
    expect(forgotten).not.toHaveBeenCalled();
    client.vanish();
    await served;
    expect(forgotten).toHaveBeenCalledOnce();
    spy.mockRestore();
    await engine.containerDelete(id);
  });

  test('a client that vanishes while it is attached is forgotten', async () => {
    const id = await create(fixture.engine, { OpenStdin: true });
    const client = new MemoryClient();
    const served = serveApi(fixture.engine, client.connection);
    const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
    client.send(
      `POST /v1.51/containers/${id}/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n`,
    );
    expect(await client.until('\r\n\r\n')).toBe(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    );
    client.vanish();
    await served;
    await fixture.engine.containerDelete(id);
  });
});
