import { ApiError } from '../../protocol/engine-api.ts';
import { shapeInspect, shapeSummary } from '../compat/image.ts';
import { registryAuth } from '../parameters/registry-auth.ts';
import { empty, json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { filters } from '../parameters/filters.ts';
import type { Form } from '../parameters/form.ts';
import { archivePlatform, platform } from '../parameters/platform.ts';
import { bool, boolOr, integer } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';

export const imageRoutes = [
  ...routes('served', {
    'GET /images/json': list,
    'GET /images/search': search,
    'POST /images/{name:.*}/push': push,
    'GET /distribution/{name:.*}/json': async (call) =>
      json(200, await call.engine.distributionInspect(named(call), given('auth', registryAuth(call)))),
  }),
  ...routes('served', {
    'GET /images/{name:.*}/history': async (call) =>
      json(200, await call.engine.imageHistory(named(call), platform(call.form, call.version.since('1.48')))),
    'GET /images/{name:.*}/json': inspect,
    'GET /images/get': async ({ engine, form, version }) =>
      saved(engine.imageSave(namesOf(form), archivePlatform(form, version.since('1.48')))),
    'GET /images/{name:.*}/get': async (call) =>
      saved(call.engine.imageSave([named(call)], archivePlatform(call.form, call.version.since('1.48')))),
    'POST /images/load': load,
    'POST /images/create': create,
    'POST /images/{name:.*}/tag': tag,
    'POST /images/prune': async ({ engine, form }) =>
      json(200, await engine.imagePrune({ filters: filters(form) })),
    'DELETE /images/{name:.*}': remove,
  }),
];

async function list({ engine, form, version }: Call): Promise<Reply> {
  const legacy = version.before('1.41') ? form.get('filter') : '';
  const given = filters(form);
  const images = await engine.imageList({
    all: bool(form, 'all'),
    sharedSize: version.since('1.42') && bool(form, 'shared-size'),
    filters: legacy === '' ? given : { ...given, reference: [...(given['reference'] ?? []), legacy] },
  });
  return json(
    200,
    images.map((image) => shapeSummary(image, version)),
  );
}

async function inspect(call: Call): Promise<Reply> {
  return json(
    200,
    shapeInspect(
      await call.engine.imageInspect(named(call), platform(call.form, call.version.since('1.49'))),
      call.version,
    ),
  );
}

/** Pulls, or imports what is sent with the request. */
async function create(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  if (form.get('fromImage') === '') return importTar(call);
  const wanted = version.since('1.32') ? form.get('platform') : '';
  const messages = await engine.imageCreate({
    fromImage: form.get('fromImage').replace(/:$/, ''),
    tag: form.get('tag'),
    ...given('platform', wanted || undefined),
    ...given('auth', registryAuth(call)),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}

async function push(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  const messages = await engine.imagePush(named(call), {
    ...given('tag', form.get('tag') || undefined),
    ...platform(form, version.since('1.46')),
    ...given('auth', registryAuth(call)),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}

async function search(call: Call): Promise<Reply> {
  const { engine, form } = call;
  const results = await engine.imageSearch({
    term: form.get('term'),
    ...given('limit', searchLimit(form)),
    filters: filters(form),
    ...given('auth', registryAuth(call)),
  });
  return json(200, results);
}

function searchLimit(form: Form): number | undefined {
  try {
    return integer(form, 'limit');
  } catch (error) {
    throw new ApiError(400, `invalid limit specified: ${(error as Error).message}`);
  }
}

/** https://github.com/moby/moby/blob/v28.5.2/api/server/router/image/image_routes.go (postImagesCreate) */
async function importTar({ engine, form, request, version }: Call): Promise<Reply> {
  const source = form.get('fromSrc');
  const options = {
    repo: form.get('repo'),
    ...given('tag', form.get('tag') || undefined),
    message: form.get('message') || `Imported from ${source}`,
    changes: form.all('changes'),
    ...given('platform', (version.since('1.32') && form.get('platform')) || undefined),
  };
  if (source !== '-') {
    const messages = await engine.imageImportFrom(source, options);
    return stream('application/json', jsonLines(messages, '\r\n'));
  }
  const { Id } = await engine.imageImport(request.body.bytes, options);
  return json(200, { status: Id });
}

async function saved(tar: Promise<AsyncIterable<Uint8Array>>): Promise<Reply> {
  return stream('application/x-tar', await tar);
}

/** Several names come as several values, or in one with commas between them. */
function namesOf(form: Form): string[] {
  return form.all('names').flatMap((value) => value.split(','));
}

async function load({ engine, form, request, version }: Call): Promise<Reply> {
  const messages = await engine.imageLoad(request.body.bytes, {
    quiet: boolOr(form, 'quiet', true),
    ...archivePlatform(form, version.since('1.48')),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}

async function tag(call: Call): Promise<Reply> {
  const { engine, form } = call;
  await engine.imageTag(named(call), {
    repo: form.get('repo'),
    ...given('tag', form.get('tag') || undefined),
  });
  return empty(201);
}

async function remove(call: Call): Promise<Reply> {
  const { engine, form } = call;
  if (named(call).trim() === '') throw new ApiError(400, 'image name cannot be blank');
  const options = { force: bool(form, 'force'), noprune: bool(form, 'noprune') };
  return json(200, await engine.imageDelete(named(call), options));
}
