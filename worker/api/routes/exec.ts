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
  // The client has said how it reads the stream, whatever the process has.
  const raw = options.Tty ?? false;
  const head = hijackHead(request, version, raw, apiFields);
  if (await canBegin(call))
    return hijack(async (connection) => {
      await connection.write(head);
      await connect(connection, { ...(await begin(call, options).catch(told)), raw });
    });
  const attached = await begin(call, options);
  return hijack(async (connection) => {
    await sendHead(connection, head);
    await connect(connection, { ...attached, raw });
  });
}

/**
 * Whether the container is there to take a process. Then the head goes out at once, as Docker's does, and the client has read
 * it long before there is any output.
 */
async function canBegin(call: Call): Promise<boolean> {
  const { ContainerID } = await call.engine.execInspect(named(call));
  const found = await call.engine.containerInspect(ContainerID).catch(() => undefined);
  return found !== undefined && found.State.Running && !found.State.Paused && !found.State.Restarting;
}

function told(error: Error): Attached {
  return { output: said(`${error.message}\r\n`), raw: false };
}

/** Once the process is known, Docker has upgraded the connection already when it finds that it cannot be started. */
async function begin(call: Call, options: ExecStartOptions): Promise<Attached> {
  const { ContainerID } = await call.engine.execInspect(named(call));
  try {
    return await call.engine.execStart(named(call), options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.message.toLowerCase().startsWith(`container ${ContainerID}`))
      throw error;
    return told(error);
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
