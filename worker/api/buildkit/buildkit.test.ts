import { beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, makeFixture } from '../../engine/fixture.suite.ts';
import { MemoryClient } from '../http/memory-connection.suite.ts';
import { serveApi } from '../serve.ts';
import { encodeStatus } from './status.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await makeFixture();
});

function opened(fields: string): { client: MemoryClient; served: Promise<void> } {
  const client = new MemoryClient();
  const served = serveApi(fixture.engine, client.connection);
  client.send(`POST /session HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${fields}\r\n`);
  return { client, served };
}

const uuid = 'X-Docker-Expose-Session-Uuid: one\r\n';
const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';

async function refusal(fields: string): Promise<string> {
  const { client, served } = opened(`${fields}Connection: close\r\n`);
  const received = await client.all();
  client.end();
  await served;
  return /^HTTP\/1\.1 (\d+) [^]*"message":"(.*)"/.exec(received)?.slice(1).join(' ') ?? received;
}

describe('sessions', () => {
  test('are held until the client ends them, one for an ID', async () => {
    const { client, served } = opened(uuid + upgrade);
    const head = await client.until('SM\r\n\r\n');
    expect(head).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI \*/,
    );
    expect(await refusal(`${uuid}Upgrade: h2c\r\n`)).toBe('400 session one already exists');
    client.end();
    await served;
    expect(await refusal(uuid)).toBe('400 no upgrade proto in request');
  });

  test('speak nothing but h2c', async () => {
    expect(await refusal('')).toBe('400 no upgrade proto in request');
    expect(await refusal('Upgrade: foo\r\n')).toBe('400 protocol foo not supported');
  });

  test('end with a frame that is too large', async () => {
    const { client, served } = opened(uuid + upgrade);
    await client.until('SM\r\n\r\n');
    client.send(new Uint8Array([255, 255, 255, 0, 0, 0, 0, 0, 0]));
    await served;
    expect(client.isOver).toBe(true);
  });
});

async function ask(path: string): Promise<string> {
  const client = new MemoryClient();
  const served = serveApi(fixture.engine, client.connection);
  client.send(`POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const received = await client.all();
  client.end();
  await served;
  return received;
}

describe('builds', () => {
  test('are cancelled by their ID, which may be of none', async () => {
    expect(await ask('/build/cancel')).toMatch(/^HTTP\/1\.1 400 [^]*build ID not provided/);
    expect(await ask('/build/cancel?id=none')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('/build?version=3')).toMatch(/^HTTP\/1\.1 400 [^]*invalid version/);
    expect(await ask('/build?version=2&platform=foobar')).toMatch(
      /^HTTP\/1\.1 400 [^]*unknown operating system/,
    );
    expect(await ask('/build?version=2&remote=client-session')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('the trace', () => {
  test('a vertex as Docker Engine 28.5.2 has sent it', () => {
    const vertex = {
      digest: 'sha256:c789c947aed2a605113558c479010c4c63d282b9a5704320d85f6799a22cbffc',
      inputs: [],
      name: '[internal] load remote build context',
    };
    const recorded =
      'Cm8KR3NoYTI1NjpjNzg5Yzk0N2FlZDJhNjA1MTEzNTU4YzQ3OTAxMGM0YzYzZDI4MmI5YTU3MDQzMjBkODVmNjc5OWEyMmNiZmZj' +
      'GiRbaW50ZXJuYWxdIGxvYWQgcmVtb3RlIGJ1aWxkIGNvbnRleHQ=';
    expect(Buffer.from(encodeStatus({ vertexes: [vertex] })).toString('base64')).toBe(recorded);
  });
});
