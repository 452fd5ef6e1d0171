import {
  ApiError,
  type CreateConfig,
  type ListOptions,
  type UpdateConfig,
} from '../../protocol/engine-api.ts';
import { createRequest, isConfigured, updateConfig } from '../bodies/container.ts';
import { shapeInspect, shapeSummary } from '../compat/container.ts';
import { adaptCreate } from '../compat/create.ts';
import { empty, json, type Reply, stream } from '../http/reply.ts';
import { readJson } from '../json/body.ts';
import { readBody } from '../json/body.ts';
import { decode } from '../json/schema.ts';
import { filters } from '../parameters/filters.ts';
import { bool, integer } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';

export const containerRoutes = routes('served', {
  'GET /containers/json': list,
  'GET /containers/{name:.*}/export': exportTar,
  'GET /containers/{name:.*}/changes': async (call) =>
    json(200, await call.engine.containerChanges(named(call))),
  'GET /containers/{name:.*}/json': inspect,
  'GET /containers/{name:.*}/top': top,
  'POST /containers/create': create,
  'POST /containers/{name:.*}/rename': rename,
  'POST /containers/{name:.*}/update': update,
  'POST /containers/prune': async ({ engine, form }) =>
    json(200, await engine.containerPrune({ filters: filters(form) })),
});

/** Comes last: its pattern fits every path below. */
export const containerDelete = routes('served', { 'DELETE /containers/{name:.*}': remove });

async function list({ engine, form, version }: Call): Promise<Reply> {
  const options: ListOptions = {
    all: bool(form, 'all'),
    size: bool(form, 'size'),
    filters: withLegacy(form, filters(form)),
    ...given('limit', integer(form, 'limit')),
  };
  const containers = await engine.containerList(options);
  return json(
    200,
    containers.map((container) => shapeSummary(container, version)),
  );
}

/** `since` and `before` were parameters before they were filters, and still are. */
function withLegacy(form: Call['form'], filters: Record<string, string[]>): Record<string, string[]> {
  const [since, before] = [form.get('since'), form.get('before')];
  return {
    ...filters,
    ...(since === '' ? {} : { since: [...(filters['since'] ?? []), since] }),
    ...(before === '' ? {} : { before: [...(filters['before'] ?? []), before] }),
  };
}

async function inspect(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  const container = await engine.containerInspect(named(call), { size: bool(form, 'size') });
  return json(200, shapeInspect(container, version));
}

async function exportTar(call: Call): Promise<Reply> {
  return stream('application/octet-stream', await call.engine.containerExport(named(call)));
}

async function top(call: Call): Promise<Reply> {
  const arguments_ = call.form.get('ps_args');
  return json(
    200,
    await call.engine.containerTop(named(call), arguments_ === '' ? {} : { ps_args: arguments_ }),
  );
}

async function create({ engine, request, form, version }: Call): Promise<Reply> {
  const document = await readJson(request);
  if (document === undefined) throw new ApiError(400, 'invalid JSON: got EOF while reading request body');
  const decoded = decode(createRequest, '', document) as CreateConfig | undefined;
  if (decoded === undefined || !isConfigured(document as object))
    throw new ApiError(400, 'config cannot be empty in order to create a container');
  const { config, warnings } = adaptCreate(decoded, version);
  const platform = version.since('1.41') ? form.get('platform') : '';
  const created = await engine.containerCreate(config, {
    ...given('name', form.get('name') || undefined),
    ...given('platform', platform || undefined),
    ...(version.before('1.44') && { readOnlyNonRecursive: true }),
  });
  return json(201, { ...created, Warnings: [...(created.Warnings ?? []), ...warnings] });
}

async function rename(call: Call): Promise<Reply> {
  await call.engine.containerRename(named(call), call.form.get('name'));
  return empty(204);
}

async function update(call: Call): Promise<Reply> {
  const config = await readBody<UpdateConfig>(call.request, updateConfig);
  if (call.version.before('1.40')) delete config.PidsLimit;
  if (call.version.since('1.42')) delete config.KernelMemory;
  if ((config.PidsLimit ?? 1) <= 0) config.PidsLimit = 0;
  return json(200, await call.engine.containerUpdate(named(call), config));
}

async function remove(call: Call): Promise<Reply> {
  const { form } = call;
  const options = { force: bool(form, 'force'), v: bool(form, 'v'), link: bool(form, 'link') };
  await call.engine.containerDelete(named(call), options);
  return empty(204);
}
