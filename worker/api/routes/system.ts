import {
  ApiError,
  type AuthConfig,
  type DiskUsageType,
  type EventMessage,
} from '../../protocol/engine-api.ts';
import { authConfig } from '../bodies/auth.ts';
import { shapeSummary } from '../compat/container.ts';
import { shapeInfo } from '../compat/info.ts';
import { json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { readText } from '../json/body.ts';
import { decode } from '../json/schema.ts';
import { parseFirst } from '../json/syntax.ts';
import { filters } from '../parameters/filters.ts';
import { mapped } from '../mapped.ts';
import { type Call, given, routes } from '../route.ts';

export const systemRoutes = routes('served', {
  'OPTIONS /{anyroute:.*}': async () => ({ status: 200, headers: [] }),
  'GET /_ping': ping,
  'HEAD /_ping': ping,
  'GET /events': events,
  'GET /info': async ({ engine, version }) => json(200, shapeInfo(await engine.info(), version)),
  'GET /version': async ({ engine }) => json(200, await engine.version()),
  'GET /system/df': diskUsage,
  'POST /auth': auth,
});

async function ping({ engine, request }: Call): Promise<Reply> {
  const { BuilderVersion } = await engine.ping();
  return {
    status: 200,
    headers: [
      ['Builder-Version', BuilderVersion],
      ['Cache-Control', 'no-cache, no-store, must-revalidate'],
      ['Pragma', 'no-cache'],
      ['Swarm', 'inactive'],
      ['Content-Type', 'text/plain; charset=utf-8'],
      ...(request.method === 'HEAD' ? [['Content-Length', '0'] as const] : []),
    ],
    body: new TextEncoder().encode('OK'),
  };
}

/** Images are created since 1.46 only, as far as clients are told. */
async function events({ engine, form, version }: Call): Promise<Reply> {
  const messages = await engine.events({
    ...given('since', form.get('since') || undefined),
    ...given('until', form.get('until') || undefined),
    filters: filters(form),
  });
  const shown = version.before('1.46')
    ? mapped(messages, (message) => (isCreatedImage(message) ? undefined : message))
    : messages;
  return stream('application/json', jsonLines(shown));
}

function isCreatedImage({ Type, Action }: EventMessage): boolean {
  return Type === 'image' && Action === 'create';
}

const types = new Set(['container', 'image', 'volume', 'build-cache']);

async function diskUsage({ engine, form, version }: Call): Promise<Reply> {
  const wanted = version.since('1.42') ? form.all('type') : [];
  const unknown = wanted.find((type) => !types.has(type));
  if (unknown !== undefined) throw new ApiError(400, `unknown object type: ${unknown}`);
  const usage = await engine.diskUsage(wanted.length === 0 ? undefined : (wanted as DiskUsageType[]));
  return json(200, {
    ...usage,
    Images:
      usage.Images?.map((image) =>
        version.before('1.44') ? { ...image, VirtualSize: image.Size } : image,
      ) ?? null,
    Containers: usage.Containers?.map((container) => shapeSummary(container, version)) ?? null,
    BuilderSize: 0,
  });
}

/** Not checked for its type, and errors are the server's: as in Docker. */
async function auth({ engine, request }: Call): Promise<Reply> {
  const text = await readText(request.body.bytes);
  if (text.trim() === '') throw new ApiError(500, 'EOF');
  try {
    const { value } = parseFirst(text, '');
    const config = decode(authConfig, '', value) as AuthConfig | undefined;
    return json(200, await engine.auth(config ?? {}));
  } catch (error) {
    if (error instanceof ApiError && error.status === 400)
      throw new ApiError(500, error.message.replace(/^invalid JSON: /, ''));
    throw error;
  }
}
