import { json } from '../http/reply.ts';
import { filters } from '../parameters/filters.ts';
import { routes } from '../route.ts';
import { notYet } from './not-yet.ts';

export const buildRoutes = [
  ...routes('not yet', {
    'POST /build': notYet('building images'),
    'POST /build/cancel': notYet('building images'),
    'POST /session': notYet('building images'),
    'POST /grpc': notYet('building images'),
    'POST /commit': notYet('committing containers'),
  }),
  ...routes('served', {
    // Nothing is built, so nothing lies in the cache: `docker system prune` asks for it, too.
    'POST /build/prune': async ({ form }) => {
      filters(form);
      return json(200, { CachesDeleted: null, SpaceReclaimed: 0 });
    },
  }),
];
