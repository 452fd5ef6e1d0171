import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryClient } from './memory-connection.suite.ts';
import { empty, hijack, json, type Reply, stream, text } from './reply.ts';
import { type HttpHandler, type HttpRequest, serveConnection } from './server.ts';

const date = /Date: [^\r]*/g;

/** Serves a client and ends with everything it got, dates made equal. */
async function exchange(sent: string | Uint8Array, handle: HttpHandler = echo): Promise<string> {
  const client = new MemoryClient();
  const served = serveConnection(client.connection, handle);
  client.send(sent);
  client.end();
  await served;
  return client.received.replace(date, 'Date: now');
}

/** The same with a client that keeps its side open until the server has ended its own. */
async function patientExchange(sent: string, handle: HttpHandler): Promise<string> {
  const client = new MemoryClient();
  const served = serveConnection(client.connection, handle);
  client.send(sent);
  await client.all();
  client.end();
  await served;
  return client.received.replace(date, 'Date: now');
}

/** Tells what it was asked. */
async function echo({ method, target, body }: HttpRequest): Promise<Reply> {
  return text(200, `${method} ${target} ${await bodyText(body.bytes)}`);
}

async function bodyText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let all = '';
  for await (const chunk of bytes) all += new TextDecoder('latin1').decode(chunk);
  return all;
}

function bodies(answers: string): string[] {
  return answers.split(/HTTP\/1\.1 [^]*?\r\n\r\n/).slice(1);
}

const host = 'Host: a\r\n';

describe('requests', () => {
  test('are answered with length and date', async () => {
    expect(await exchange(`GET /a?b=c HTTP/1.1\r\n${host}\r\n`)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nDate: now\r\nContent-Length: 11\r\n\r\nGET /a?b=c ',
    );
  });

  test('of one connection are answered in their order, however early they come', async () => {
    const one = `GET /1 HTTP/1.1\r\n${host}\r\n`;
    const two = `POST /2 HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`;
    const three = `POST /3 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\nA: b\r\n\r\n`;
    expect(bodies(await exchange(one + two + three))).toEqual(['GET /1 ', 'POST /2 abc', 'POST /3 def']);
  });

  test('come with a body that the handler need not read', async () => {
    const first = `POST /1 HTTP/1.1\r\n${host}Content-Length: 300\r\n\r\n${'x'.repeat(300)}`;
    const answers = await exchange(`${first}GET /2 HTTP/1.1\r\n${host}\r\n`, async ({ target }) =>
      text(200, target),
    );
    expect(bodies(answers)).toEqual(['/1', '/2']);
  });

  test('with a large body that nobody reads are the last of their connection', async () => {
    const first = `POST /1 HTTP/1.1\r\n${host}Content-Length: 300000\r\n\r\n${'x'.repeat(300000)}`;
    const answers = await exchange(`${first}GET /2 HTTP/1.1\r\n${host}\r\n`, async ({ target }) =>
      text(200, target),
    );
    expect(answers).toContain('Connection: close');
    expect(bodies(answers)).toEqual(['/1']);
  });

  test.each([
    ['Connection: close', 'Connection: close'],
    ['Connection: Keep-Alive, Close', 'Connection: close'],
  ])('ask for the end of the connection: %s', async (field, answered) => {
    const answers = await exchange(
      `GET /1 HTTP/1.1\r\n${host}${field}\r\n\r\nGET /2 HTTP/1.1\r\n${host}\r\n`,
    );
    expect(answers).toContain(answered);
    expect(bodies(answers)).toEqual(['GET /1 ']);
  });

  test('of HTTP/1.0 end the connection unless they ask not to', async () => {
    expect(await exchange('GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n')).not.toContain('/2');
    const kept = await exchange('GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n');
    expect(kept).toContain('GET /2');
    expect(kept.match(/HTTP\/1\.0 200 OK/g)).toHaveLength(2);
  });

  test('are asked for their body only when it is wanted', async () => {
    const client = new MemoryClient();
    const served = serveConnection(client.connection, echo);
    client.send(`POST / HTTP/1.1\r\n${host}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    expect(await client.until('Continue\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('ok');
    expect(await client.until('POST / ok')).toContain('200 OK');
    client.end();
    await served;
    const refused = await exchange(
      `POST / HTTP/1.1\r\n${host}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
      async () => text(403, 'no'),
    );
    expect(refused).not.toContain('100 Continue');
    expect(refused).toContain('Connection: close');
  });

  test('without a body in the answer', async () => {
    expect(await exchange(`HEAD / HTTP/1.1\r\n${host}\r\n`)).toMatch(/Content-Length: 7\r\n\r\n$/);
    const answer = await exchange(`POST / HTTP/1.1\r\n${host}\r\n`, async () => empty(204));
    expect(answer).toBe('HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n');
  });
});

describe('what is no request', () => {
  test.each([
    ['garbage', 'GARBAGE\r\n\r\n', '400 Bad Request'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request: missing required Host header'],
    ['two hosts', `GET / HTTP/1.1\r\n${host}${host}\r\n`, '400 Bad Request'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400 Bad Request: malformed Host header'],
    [
      'another version',
      `GET / HTTP/2.0\r\n${host}\r\n`,
      '505 HTTP Version Not Supported: unsupported protocol version',
    ],
    [
      'a space after a name',
      `GET / HTTP/1.1\r\n${host}A : b\r\n\r\n`,
      '400 Bad Request: invalid header name',
    ],
    ['a bad name', `GET / HTTP/1.1\r\n${host}A(: b\r\n\r\n`, '400 Bad Request'],
    ['a bad value', `GET / HTTP/1.1\r\n${host}A: \x01\r\n\r\n`, '400 Bad Request'],
    ['no colon', `GET / HTTP/1.1\r\n${host}A\r\n\r\n`, '400 Bad Request'],
    ['a broken escape', `GET /%zz HTTP/1.1\r\n${host}\r\n`, '400 Bad Request'],
    ['a relative path', `GET a HTTP/1.1\r\n${host}\r\n`, '400 Bad Request'],
    ['a negative length', `GET / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, '400 Bad Request'],
    [
      'two lengths',
      `GET / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      '400 Bad Request',
    ],
    ['a fold before the first field', `GET / HTTP/1.1\r\n a: b\r\n${host}\r\n`, '400 Bad Request'],
  ])('%s is refused and ends the connection', async (_what, sent, status) => {
    const answer = await exchange(`${sent}GET /next HTTP/1.1\r\n${host}\r\n`);
    expect(answer).toBe(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`,
    );
  });

  test('an encoding that is not known', async () => {
    const answer = await exchange(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n\r\n`);
    expect(answer).toContain('501 Not Implemented');
    expect(answer).toMatch(/Unsupported transfer encoding$/);
  });

  test('a head of 10 MB is refused when it is over the limit, not when it has all come', async () => {
    const client = new MemoryClient();
    const served = serveConnection(client.connection, echo);
    client.send(`GET / HTTP/1.1\r\n${host}X: `);
    let sent = 0;
    for (const piece = 'a'.repeat(64 << 10); sent < 10 << 20 && !client.isOver; sent += piece.length) {
      client.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await served;
    expect(client.received).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/);
    expect(sent).toBeLessThan(2 << 20);
  });

  test.each(['zz\r\n', '-1\r\n', '1\r\nabc\r\n', '2\r\na', `${'1'.repeat(20)}\r\n`, `1${' '.repeat(5000)}`])(
    'a body that is none is an error for its reader: %j',
    async (body) => {
      const problems: string[] = [];
      const answer = await exchange(
        `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${body}`,
        async (request) => {
          await bodyText(request.body.bytes).catch((error: Error) => problems.push(error.name));
          return text(200, 'ok');
        },
      );
      expect(problems).toEqual(['BodyError']);
      expect(answer).toContain('Connection: close');
    },
  );

  test('any bytes at all: the server answers or ends, and never throws', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom(
          'GET / HTTP/1.1\r\n',
          'Host: a\r\n',
          '\r\n',
          'Transfer-Encoding: chunked\r\n',
          '5\r\nhello\r\n',
          '0\r\n\r\n',
          'Content-Length: 5\r\n',
          'Expect: 100-continue\r\n',
          ' ',
          ':',
        )
        .map((text) => new TextEncoder().encode(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const client = new MemoryClient();
        const served = serveConnection(client.connection, echo);
        for (const bytes of pieces) client.send(bytes);
        client.end();
        await served;
        expect(client.received === '' || client.received.startsWith('HTTP/1.')).toBe(true);
      }),
    );
  });

  test('requests are understood however they are cut into pieces', async () => {
    const whole = new TextEncoder().encode(
      `POST /1 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nGET /2 HTTP/1.1\nHost: b\n\n`,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 8 }), async (cuts) => {
        const client = new MemoryClient();
        const served = serveConnection(client.connection, echo);
        const places = [0, ...cuts.sort((one, other) => one - other), whole.length];
        for (const [index, from] of places.slice(0, -1).entries())
          client.send(whole.subarray(from, places[index + 1]));
        client.end();
        await served;
        expect(bodies(client.received)).toEqual(['POST /1 abc0123456789', 'GET /2 ']);
      }),
    );
  });
});

/** Items that are given by hand, and whether somebody still wants them. */
function source(): { items: AsyncIterable<Uint8Array>; give: (text: string) => void; left: Promise<void> } {
  let give!: (text: string) => void;
  let leave!: () => void;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const items: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve) => {
          give = (text) => resolve({ done: false, value: new TextEncoder().encode(text) });
        }),
      return: () => {
        leave();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return { items, give: (text) => give(text), left };
}

describe('streams', () => {
  test('begin before their first item, which comes as it is there', async () => {
    const client = new MemoryClient();
    const { items, give, left } = source();
    const served = serveConnection(client.connection, async () => stream('a/b', items));
    client.send(`GET / HTTP/1.1\r\n${host}\r\n`);
    expect(await client.until('\r\n\r\n')).toMatch(
      /Content-Type: a\/b[^]*Transfer-Encoding: chunked\r\n\r\n$/,
    );
    give('hello');
    expect(await client.until('hello\r\n')).toMatch(/\r\n\r\n5\r\nhello\r\n$/);
    client.vanish();
    await left;
    await served;
  });

  test('are left when the client ends its side, while the next item is awaited', async () => {
    const client = new MemoryClient();
    const { items, left } = source();
    const served = serveConnection(client.connection, async () => stream(undefined, items));
    client.send(`GET / HTTP/1.1\r\n${host}\r\n`);
    await client.until('\r\n\r\n');
    client.end();
    await left;
    await served;
    expect(client.received).not.toContain('0\r\n\r\n');
  });

  test('end so that the client knows it when they fail', async () => {
    const answer = await patientExchange(`GET / HTTP/1.1\r\n${host}\r\n`, async () =>
      stream(
        undefined,
        (async function* () {
          yield new TextEncoder().encode('some');
          throw new Error('broken');
        })(),
      ),
    );
    expect(answer).toMatch(/4\r\nsome\r\n$/);
  });

  test('are not in chunks for HTTP/1.0', async () => {
    const answer = await patientExchange('GET / HTTP/1.0\r\n\r\n', async () =>
      stream(
        undefined,
        (async function* () {
          await Promise.resolve();
          yield new TextEncoder().encode('some');
        })(),
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.0 200 OK\r\nDate: now\r\n\r\nsome$/);
  });
});

/** What a handler reads that has taken the connection over. */
function echoed(sent: string): Promise<string> {
  return exchange(sent, async () =>
    hijack(async (connection) => {
      for await (const bytes of connection.input) await connection.write(bytes);
    }),
  );
}

describe('a connection that is handed over', () => {
  test('begins after a body that nobody has read', async () => {
    expect(await echoed(`POST / HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}input`)).toBe('input');
    const chunks = '2\r\nin\r\n3\r\nput\r\n0\r\n\r\n more';
    expect(await echoed(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${chunks}`)).toBe(
      'input more',
    );
  });

  test('begins after the request, and has two directions', async () => {
    const client = new MemoryClient();
    const served = serveConnection(client.connection, async () =>
      hijack(async (connection) => {
        await connection.write(new TextEncoder().encode('raw:'));
        for await (const bytes of connection.input) await connection.write(bytes);
        await connection.write(new TextEncoder().encode(':end'));
      }),
    );
    client.send(`POST / HTTP/1.1\r\n${host}\r\nfirst `);
    client.send('second');
    client.end();
    await served;
    expect(client.received).toBe('raw:first second:end');
    expect(client.isOver).toBe(true);
  });
});

test('an answer is JSON with its line end', async () => {
  const answer = await exchange(`GET / HTTP/1.1\r\n${host}\r\n`, async () => json(200, { a: 1 }));
  expect(answer).toMatch(/Content-Length: 8\r\n\r\n{"a":1}\n$/);
});
