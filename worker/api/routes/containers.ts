import {
  ApiError,
  type CreateConfig,
  type StopOptions,
  type WaitCondition,
} from '../../protocol/engine-api.ts';
import { connect, hijackHead } from '../hijack.ts';
import { empty, hijack, json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { readJson } from '../json/body.ts';
import { filters } from '../parameters/filters.ts';
import { bool, integer, uint32 } from '../parameters/values.ts';
import { type Call, routes } from '../route.ts';
import { framed, multiplexedStream, rawStream } from '../stream-frames.ts';

export const containerRoutes = routes('served', {
  'GET /containers/json': list,
  'GET /containers/{name:.*}/json': inspect,
  'GET /containers/{name:.*}/logs': logs,
  'POST /containers/create': create,
  'POST /containers/{name:.*}/kill': kill,
  'POST /containers/{name:.*}/pause': async ({ engine, path }) => done(engine.containerPause(nameIn(path))),
  'POST /containers/{name:.*}/unpause': async ({ engine, path }) =>
    done(engine.containerUnpause(nameIn(path))),
  'POST /containers/{name:.*}/restart': async (call) =>
    done(call.engine.containerRestart(nameIn(call.path), stopOptions(call))),
  'POST /containers/{name:.*}/start': start,
  'POST /containers/{name:.*}/stop': async (call) =>
    done(call.engine.containerStop(nameIn(call.path), stopOptions(call))),
  'POST /containers/{name:.*}/wait': wait,
  'POST /containers/{name:.*}/resize': resize,
  'POST /containers/{name:.*}/attach': attach,
  'POST /containers/{name:.*}/rename': async ({ engine, path, form }) =>
    done(engine.containerRename(nameIn(path), form.get('name'))),
  'DELETE /containers/{name:.*}': remove,
});

function nameIn(path: Call['path']): string {
  return path['name'] ?? '';
}

async function done(operation: Promise<void>): Promise<Reply> {
  await operation;
  return empty(204);
}

async function list({ engine, form }: Call): Promise<Reply> {
  const limit = integer(form, 'limit');
  return json(
    200,
    await engine.containerList({
      all: bool(form, 'all'),
      size: bool(form, 'size'),
      filters: filters(form),
      ...(limit === undefined ? {} : { limit }),
    }),
  );
}

async function inspect({ engine, form, path }: Call): Promise<Reply> {
  return json(200, await engine.containerInspect(nameIn(path), { size: bool(form, 'size') }));
}

async function create({ engine, request, form }: Call): Promise<Reply> {
  const config = (await readJson(request)) as CreateConfig | undefined;
  if (config === undefined) throw new ApiError(400, 'invalid JSON: got EOF while reading request body');
  const [name, platform] = [form.get('name'), form.get('platform')];
  const options = { ...(name === '' ? {} : { name }), ...(platform === '' ? {} : { platform }) };
  return json(201, await engine.containerCreate(config, options));
}

async function start({ engine, request, path }: Call): Promise<Reply> {
  const { length } = request.body;
  if (length > 7 || length < 0)
    throw new ApiError(
      400,
      'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
    );
  return done(engine.containerStart(nameIn(path)));
}

function stopOptions({ form, version }: Call): StopOptions {
  const timeout = integer(form, 't');
  const signal = version.since('1.42') ? form.get('signal') : '';
  return { ...(timeout === undefined ? {} : { timeout }), ...(signal === '' ? {} : { signal }) };
}

async function kill({ engine, form, path }: Call): Promise<Reply> {
  const signal = form.get('signal');
  return done(engine.containerKill(nameIn(path), signal === '' ? {} : { signal }));
}

async function remove({ engine, form, path }: Call): Promise<Reply> {
  const options = { force: bool(form, 'force'), v: bool(form, 'v'), link: bool(form, 'link') };
  return done(engine.containerDelete(nameIn(path), options));
}

async function resize({ engine, form, path }: Call): Promise<Reply> {
  const size = { h: uint32(form, 'h', 'resize height'), w: uint32(form, 'w', 'resize width') };
  await engine.containerResize(nameIn(path), size);
  return empty(200);
}

async function logs({ engine, form, path, version }: Call): Promise<Reply> {
  const [stdout, stderr] = [bool(form, 'stdout'), bool(form, 'stderr')];
  if (!stdout && !stderr) throw new ApiError(400, 'Bad parameters: you must choose at least one stream');
  const { output, raw } = await engine.containerLogs(nameIn(path), {
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

/** The answer begins at once, so that a client knows that it waits before it starts the container. */
async function wait({ engine, form, path, version }: Call): Promise<Reply> {
  const condition = version.before('1.30') ? '' : form.get('condition');
  if (!['', 'not-running', 'next-exit', 'removed'].includes(condition))
    throw new ApiError(400, `invalid condition: ${JSON.stringify(condition)}`);
  const { result } = await engine.containerWait(nameIn(path), (condition || 'not-running') as WaitCondition);
  if (version.before('1.30')) return json(200, await result);
  return stream('application/json', jsonLines(once(result)));
}

async function* once<T>(promise: Promise<T>): AsyncGenerator<T> {
  yield await promise;
}

async function attach({ engine, request, form, path, version }: Call): Promise<Reply> {
  const detachKeys = form.get('detachKeys');
  const attached = engine.containerAttach(nameIn(path), {
    stream: bool(form, 'stream'),
    stdin: bool(form, 'stdin'),
    stdout: bool(form, 'stdout'),
    stderr: bool(form, 'stderr'),
    logs: bool(form, 'logs'),
    ...(detachKeys === '' ? {} : { detachKeys }),
  });
  const streams = await attached;
  return hijack(async (connection) => {
    await connection.write(hijackHead(request, version, streams.raw));
    await connect(connection, streams);
  });
}
