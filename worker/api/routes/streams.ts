import { ApiError, type Attached } from '../../protocol/engine-api.ts';
import { connect, hijackHead, sendHead } from '../hijack.ts';
import { hijack, jsonLines, type Reply, stream } from '../http/reply.ts';
import { bool, boolOr } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';
import { framed, multiplexedStream, rawStream } from '../stream-frames.ts';
import { websocketConnection } from '../websocket/connection.ts';
import { checkHandshake, handshakeHead } from '../websocket/handshake.ts';

export const streamRoutes = routes('served', {
  'GET /containers/{name:.*}/logs': logs,
  'GET /containers/{name:.*}/stats': stats,
  'POST /containers/{name:.*}/attach': attach,
  'GET /containers/{name:.*}/attach/ws': attachWebSocket,
});

async function logs(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  const [stdout, stderr] = [bool(form, 'stdout'), bool(form, 'stderr')];
  if (!stdout && !stderr) throw new ApiError(400, 'Bad parameters: you must choose at least one stream');
  const { output, raw } = await engine.containerLogs(named(call), {
    stdout,
    stderr,
    follow: bool(form, 'follow'),
    timestamps: bool(form, 'timestamps'),
    details: bool(form, 'details'),
    since: form.get('since'),
    until: form.get('until'),
    tail: form.get('tail'),
  });
  return stream(raw || version.before('1.42') ? rawStream : multiplexedStream, framed(output, raw));
}

async function stats(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  const isStream = boolOr(form, 'stream', true);
  const oneShot = version.since('1.41') && bool(form, 'one-shot');
  const messages = await engine.containerStats(named(call), { stream: isStream, oneShot });
  return stream(isStream ? undefined : 'application/json', jsonLines(messages));
}

/** Errors are no JSON here: the client has asked for a stream, and its bytes are what comes. */
async function attach(call: Call): Promise<Reply> {
  const { form, request, version } = call;
  const wanted = { stdin: bool(form, 'stdin'), stdout: bool(form, 'stdout'), stderr: bool(form, 'stderr') };
  let attached: Attached;
  try {
    attached = await open(call, wanted);
  } catch (error) {
    if (error instanceof ApiError) return refusal(error);
    throw error;
  }
  return hijack(async (connection) => {
    await sendHead(connection, hijackHead(request, version, attached.raw));
    await connect(connection, attached);
  });
}

async function attachWebSocket(call: Call): Promise<Reply> {
  const { form, request, version } = call;
  const all = version.before('1.42');
  const wanted = {
    stdin: all || bool(form, 'stdin'),
    stdout: all || bool(form, 'stdout'),
    stderr: all || bool(form, 'stderr'),
  };
  await call.engine.containerInspect(named(call));
  checkHandshake(request);
  const attached = await open(call, wanted);
  return hijack(async (connection) => {
    await connection.write(await handshakeHead(request));
    const data = websocketConnection(connection, version.before('1.28') ? 'text' : 'binary');
    await connect(data, { ...attached, raw: true });
    await data.end();
  });
}

interface Wanted {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

function open(call: Call, wanted: Wanted): Promise<Attached> {
  const { engine, form } = call;
  return engine.containerAttach(named(call), {
    ...wanted,
    stream: bool(form, 'stream'),
    logs: bool(form, 'logs'),
    ...given('detachKeys', form.get('detachKeys') || undefined),
  });
}

/** Until the connection's end: no length is told. */
function refusal({ status, message }: ApiError): Reply {
  return hijack(async (connection) => {
    await connection.write(new TextEncoder().encode(refusalHead(status) + `${message}\r\n`));
  });
}

function refusalHead(status: number): string {
  const text = { 400: 'Bad Request', 404: 'Not Found', 409: 'Conflict' }[status] ?? 'Internal Server Error';
  return `HTTP/1.1 ${status} ${text}\r\nContent-Type: ${rawStream}\r\n\r\n`;
}
