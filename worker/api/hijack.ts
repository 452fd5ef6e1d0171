import type { Attached, OutputChunk, Sink } from '../protocol/engine-api.ts';
import type { Connection } from './http/connection.ts';
import type { FieldList } from './http/reply.ts';
import type { HttpRequest } from './http/server.ts';
import { until } from './http/server.ts';
import { frame, multiplexedStream, rawStream } from './stream-frames.ts';
import type { ApiVersion } from './versions.ts';

const encoder = new TextEncoder();

/** The head of the answer after which the connection is a stream of the process. */
export function hijackHead(
  { headers }: HttpRequest,
  version: ApiVersion,
  raw: boolean,
  fields: FieldList = [],
): Uint8Array {
  const more = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  if (!headers.has('upgrade'))
    return encoder.encode(`HTTP/1.1 200 OK\r\nContent-Type: ${rawStream}\r\n${more}\r\n`);
  const type = raw || version.before('1.42') ? rawStream : multiplexedStream;
  const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
  return encoder.encode(`HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\n${upgrade}${more}\r\n`);
}

/** Milliseconds, in which a client that is waiting has read the head. */
const headStart = 5;

/**
 * Sends the head alone. A client may read it through a buffer and then take the socket from under it, as docker-py does:
 * output that comes with the head would be lost.
 */
export async function sendHead(connection: Connection, head: Uint8Array): Promise<void> {
  await connection.write(head);
  await new Promise((resolve) => setTimeout(resolve, headStart));
}

/**
 * Connects a client with a process: input until the client ends its side, output until the process has ended it or the
 * client is gone. Resolves when the output is over.
 */
export async function connect(connection: Connection, { stdin, output, raw }: Attached): Promise<void> {
  void feed(connection, stdin);
  try {
    await drain(connection, output, raw);
  } catch {
    // The client is gone, and `until` has detached.
  }
}

async function drain(
  connection: Connection,
  output: AsyncIterable<OutputChunk>,
  raw: boolean,
): Promise<void> {
  for await (const chunk of until(connection.gone, output))
    await connection.write(raw ? chunk.bytes : frame(chunk));
}

/** What a process that is gone, or takes no input, does not read is read and dropped. */
async function feed({ input }: Connection, stdin: Sink | undefined): Promise<void> {
  let sink = stdin;
  for await (const bytes of input) {
    await sink?.write(bytes).catch(() => (sink = undefined));
  }
  await stdin?.close().catch(() => undefined);
}
