import { json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { bool } from '../parameters/values.ts';
import { filters } from '../parameters/filters.ts';
import { type Call, routes } from '../route.ts';

export const imageRoutes = routes('served', {
  'GET /images/json': list,
  'GET /images/{name:.*}/json': async ({ engine, path }) =>
    json(200, await engine.imageInspect(path['name'] ?? '')),
  'POST /images/create': pull,
});

async function list({ engine, form }: Call): Promise<Reply> {
  return json(200, await engine.imageList({ all: bool(form, 'all'), filters: filters(form) }));
}

async function pull({ engine, form }: Call): Promise<Reply> {
  const platform = form.get('platform');
  const messages = await engine.imageCreate({
    fromImage: form.get('fromImage').replace(/:$/, ''),
    tag: form.get('tag'),
    ...(platform === '' ? {} : { platform }),
  });
  return stream('application/json', jsonLines(messages, '\r\n'));
}
