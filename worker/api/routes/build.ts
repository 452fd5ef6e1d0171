import type { ContainerConfig } from '../../protocol/engine-api.ts';
import { containerConfig } from '../bodies/container.ts';
import { json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { buildOptions } from '../parameters/build.ts';
import { filters } from '../parameters/filters.ts';
import { bool, boolOr } from '../parameters/values.ts';
import { type Call, routes } from '../route.ts';
import { notYet } from './not-yet.ts';

export const buildRoutes = [
  ...routes('not yet', {
    'POST /build/cancel': notYet('building images'),
    'POST /session': notYet('building images'),
    'POST /grpc': notYet('building images'),
  }),
  ...routes('served', {
    'POST /build': build,
    'POST /commit': commit,
    // Images that the classic builder has made are images, and not meant here.
    'POST /build/prune': async ({ engine, form }) =>
      json(200, await engine.buildPrune({ all: bool(form, 'all'), filters: filters(form) })),
  }),
];

async function build({ engine, form, request, version }: Call): Promise<Reply> {
  const messages = await engine.imageBuild(request.body.bytes, buildOptions(form, version));
  return stream('application/json', jsonLines(messages, '\r\n'));
}

/** The config of an empty body is the container's own. */
async function commit({ engine, form, request }: Call): Promise<Reply> {
  const config = await readBody<ContainerConfig>(request, containerConfig);
  const tag = form.get('tag');
  const answer = await engine.containerCommit(form.get('container'), {
    repo: form.get('repo'),
    ...(tag !== '' && { tag }),
    comment: form.get('comment'),
    author: form.get('author'),
    pause: boolOr(form, 'pause', true),
    changes: form.all('changes'),
    ...(Object.keys(config).length > 0 && { config }),
  });
  return json(201, answer);
}
