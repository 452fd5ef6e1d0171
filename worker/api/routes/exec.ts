import {
  ApiError,
  type Attached,
  type ExecConfig,
  type ExecStartOptions,
} from '../../protocol/engine-api.ts';
import { connect, hijackHead } from '../hijack.ts';
import { empty, hijack, json, type Reply } from '../http/reply.ts';
import { readJson } from '../json/body.ts';
import { uint32 } from '../parameters/values.ts';
import { type Call, routes } from '../route.ts';
import { apiFields } from './fields.ts';

export const execRoutes = routes('served', {
  'GET /exec/{name:.*}/json': async ({ engine, path }) =>
    json(200, await engine.execInspect(path['name'] ?? '')),
  'POST /containers/{name:.*}/exec': create,
  'POST /exec/{name:.*}/start': start,
  'POST /exec/{name:.*}/resize': resize,
});

async function create({ engine, request, path, version }: Call): Promise<Reply> {
  const config = ((await readJson(request)) ?? {}) as ExecConfig;
  if (!config.Cmd?.length) throw new ApiError(400, 'No exec command specified');
  if (version.before('1.42')) config.ConsoleSize = null;
  return json(201, await engine.execCreate(path['name'] ?? '', config));
}

async function start(call: Call): Promise<Reply> {
  const { engine, request, path, version } = call;
  const options = ((await readJson(request)) ?? {}) as ExecStartOptions;
  if (version.before('1.42') || !options.Tty) options.ConsoleSize = null;
  const name = path['name'] ?? '';
  if (options.Detach) {
    await engine.execStart(name, options);
    return empty(200);
  }
  const attached = await begin(call, name, options);
  return hijack(async (connection) => {
    await connection.write(hijackHead(request, version, options.Tty ?? false, apiFields));
    await connect(connection, attached);
  });
}

/** Once the process is known, Docker has upgraded the connection already when it finds that it cannot be started. */
async function begin({ engine }: Call, name: string, options: ExecStartOptions): Promise<Attached> {
  const { ProcessConfig } = await engine.execInspect(name);
  try {
    return await engine.execStart(name, options);
  } catch (error) {
    if (!(error instanceof ApiError) || /is (not running|paused|restarting)/.test(error.message)) throw error;
    const bytes = new TextEncoder().encode(`${error.message}\r\n`);
    const output = (async function* () {
      yield { stream: 'stdout' as const, bytes };
    })();
    return { output, raw: ProcessConfig.tty };
  }
}

async function resize({ engine, form, path }: Call): Promise<Reply> {
  const size = { h: uint32(form, 'h', 'resize height'), w: uint32(form, 'w', 'resize width') };
  await engine.execResize(path['name'] ?? '', size);
  return empty(200);
}
