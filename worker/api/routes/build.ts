import type { ContainerConfig } from '../../protocol/engine-api.ts';
import { containerConfig } from '../bodies/container.ts';
import { json, type Reply } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { filters } from '../parameters/filters.ts';
import { boolOr } from '../parameters/values.ts';
import { type Call, routes } from '../route.ts';
import { notYet } from './not-yet.ts';

export const buildRoutes = [
  ...routes('not yet', {
    'POST /build': notYet('building images'),
    'POST /build/cancel': notYet('building images'),
    'POST /session': notYet('building images'),
    'POST /grpc': notYet('building images'),
  }),
  ...routes('served', {
    'POST /commit': commit,
    // Nothing is built, so nothing lies in the cache: `docker system prune` asks for it, too.
    'POST /build/prune': async ({ form }) => {
      filters(form);
      return json(200, { CachesDeleted: null, SpaceReclaimed: 0 });
    },
  }),
];

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
