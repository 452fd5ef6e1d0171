import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../worker/api/http/connection.ts';
import { makeFixture } from '../../worker/engine/fixture.suite.ts';
import type { EngineApi } from '../../worker/protocol/engine-api.ts';
import { listen } from './listen.ts';
import { socketConnection } from './socket-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleship-'));
let engine: EngineApi;

beforeAll(async () => {
  engine = (await makeFixture()).engine;
});

afterAll(() => rmSync(folder, { recursive: true }));

async function ping(socket: Socket): Promise<string> {
  socket.write('GET /_ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  let all = '';
  for await (const bytes of socket) all += String(bytes);
  return all;
}

describe('the engine listens', () => {
  test('on a unix socket, which is gone afterwards', async () => {
    const path = join(folder, 'a.sock');
    const listener = await listen(engine, `unix://${path}`);
    expect(listener.address).toBe(`unix://${path}`);
    expect(await ping(connect(path))).toMatch(/^HTTP\/1.1 200 OK[^]*OK$/);
    await expect(listen(engine, `unix://${path}`)).rejects.toThrow('is in use by another engine');
    await listener.close();
    expect(existsSync(path)).toBe(false);
  });

  test('where a killed one has left its socket, and not where something else is', async () => {
    const path = join(folder, 'b.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(path)).toBe(true);
    const listener = await listen(engine, `unix://${path}`);
    expect(await ping(connect(path))).toMatch(/OK$/);
    await listener.close();
    writeFileSync(path, '');
    await expect(listen(engine, `unix://${path}`)).rejects.toThrow('is no socket');
  });

  test('on a port of loopback, and of nothing else', async () => {
    const listener = await listen(engine, 'tcp://127.0.0.1:0');
    const [, port = ''] = /^tcp:\/\/127\.0\.0\.1:([1-9]\d*)$/.exec(listener.address) ?? [];
    expect(await ping(connect(Number(port), '127.0.0.1'))).toMatch(/OK$/);
    await listener.close();
    await expect(listen(engine, 'tcp://0.0.0.0:0')).rejects.toThrow('loopback only');
    await expect(listen(engine, 'fd://')).rejects.toThrow('must be unix:///path or tcp://');
  });
});

async function endOf(connection: Connection): Promise<void> {
  for await (const bytes of connection.input) throw new Error(`${bytes.length} bytes of nothing`);
}

describe('a client of a unix socket', () => {
  const path = join(folder, 'client.sock');
  let server: Server;
  let accept: (connection: Connection) => void;

  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => accept(socketConnection(socket, 50)));
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
  });

  afterAll(() => server.close());

  async function pair(): Promise<{ client: Socket; connection: Connection }> {
    const accepted = new Promise<Connection>((resolve) => (accept = resolve));
    const client = connect({ path, allowHalfOpen: true });
    return { client, connection: await accepted };
  }

  test('that has ended its side is still there, and gone when it closes', async () => {
    const { client, connection } = await pair();
    client.end();
    await endOf(connection);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(connection.gone.aborted).toBe(false);
    await connection.write(new TextEncoder().encode('still there'));
    for await (const bytes of client.iterator({ destroyOnReturn: false })) {
      expect(String(bytes)).toBe('still there');
      break;
    }
    client.destroy();
    await expect.poll(() => connection.gone.aborted).toBe(true);
    await expect(connection.write(new Uint8Array(1))).rejects.toThrow('gone');
  });

  test('that closes both sides at once is gone at once', async () => {
    const { client, connection } = await pair();
    client.destroy();
    await endOf(connection);
    await expect.poll(() => connection.gone.aborted).toBe(true);
  });

  test('that reads slowly makes the writer wait, and a reset frees it', async () => {
    const { client, connection } = await pair();
    client.pause();
    let written = 0;
    const writing = (async () => {
      for (; written < 1000; written += 1) await connection.write(new Uint8Array(64 << 10));
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(100);
    connection.reset();
    await expect(writing).rejects.toThrow('gone');
    client.destroy();
  });
});
