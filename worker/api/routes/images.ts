import { ApiError } from '../../protocol/engine-api.ts';
import { shapeInspect, shapeSummary } from '../compat/image.ts';
import { empty, json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { filters } from '../parameters/filters.ts';
import { bool, boolOr } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';
import { notYet } from './not-yet.ts';

export const imageRoutes = [
  ...routes('served', { 'GET /images/json': list }),
  ...routes('not yet', {
    'GET /images/search': notYet('searching for images'),
    'GET /images/get': notYet('saving images'),
    'GET /images/{name:.*}/get': notYet('saving images'),
    'POST /images/{name:.*}/push': notYet('pushing images'),
    'GET /distribution/{name:.*}/json': notYet('inspecting an image in its registry'),
  }),
  ...routes('served', {
    'GET /images/{name:.*}/history': async (call) => json(200, await call.engine.imageHistory(named(call))),
    'GET /images/{name:.*}/json': inspect,
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
  return json(200, shapeInspect(await call.engine.imageInspect(named(call)), call.version));
}

/** Pulls; what is sent with the request is imported, which is not done yet. */
async function create(call: Call): Promise<Reply> {
  const { engine, form, version } = call;
  if (form.get('fromImage') === '') return notYet('importing images')(call);
  const platform = version.since('1.32') ? form.get('platform') : '';
  const messages = await engine.imageCreate({
    fromImage: form.get('fromImage').replace(/:$/, ''),
    tag: form.get('tag'),
    ...given('platform', platform || undefined),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}

async function load({ engine, form, request }: Call): Promise<Reply> {
  const messages = await engine.imageLoad(request.body.bytes, { quiet: boolOr(form, 'quiet', true) });
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
