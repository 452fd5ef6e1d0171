import {
  ApiError,
  type Attached,
  type ExecConfig,
  type ExecStartOptions,
  type OutputChunk,
} from '../../protocol/engine-api.ts';
import { execOptions, execStartOptions } from '../bodies/exec.ts';
import { connect, hijackHead, sendHead } from '../hijack.ts';
import { empty, hijack, json, type Reply } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { uint32 } from '../parameters/values.ts';
import { type Call, named, routes } from '../route.ts';
import { apiFields } from './fields.ts';

export const execRoutes = routes('served', {
  'GET /exec/{name:.*}/json': async (call) => json(200, await call.engine.execInspect(named(call))),
  'POST /containers/{name:.*}/exec': create,
  'POST /exec/{name:.*}/start': start,
  'POST /exec/{name:.*}/resize': resize,
});

async function create(call: Call): Promise<Reply> {
  const config = await readBody<ExecConfig>(call.request, execOptions);
  if (!config.Cmd?.length) throw new ApiError(400, 'No exec command specified');
  if (call.version.before('1.42')) delete config.ConsoleSize;
  return json(201, await call.engine.execCreate(named(call), config));
}

async function start(call: Call): Promise<Reply> {
  const { engine, request, version } = call;
  const options = await readBody<ExecStartOptions>(request, execStartOptions);
  if (version.before('1.42') || !options.Tty) delete options.ConsoleSize;
  if (options.Detach) {
    await engine.execStart(named(call), options);
    return empty(200);
  }
  const attached = await begin(call, options);
  // The client has said how it reads the stream, whatever the process has.
  const raw = options.Tty ?? false;
  return hijack(async (connection) => {
    await sendHead(connection, hijackHead(request, version, raw, apiFields));
    await connect(connection, { ...attached, raw });
  });
}

/** Once the process is known, Docker has upgraded the connection already when it finds that it cannot be started. */
async function begin(call: Call, options: ExecStartOptions): Promise<Attached> {
  const { ContainerID } = await call.engine.execInspect(named(call));
  try {
    return await call.engine.execStart(named(call), options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.message.toLowerCase().startsWith(`container ${ContainerID}`))
      throw error;
    return { output: said(`${error.message}\r\n`), raw: false };
  }
}

async function* said(text: string): AsyncGenerator<OutputChunk> {
  yield { stream: 'stdout', bytes: new TextEncoder().encode(text) };
}

async function resize(call: Call): Promise<Reply> {
  const size = { h: uint32(call.form, 'h', 'resize height'), w: uint32(call.form, 'w', 'resize width') };
  await call.engine.execResize(named(call), size);
  return empty(200);
}
