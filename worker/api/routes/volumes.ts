import { ApiError, type VolumeCreate } from '../../protocol/engine-api.ts';
import { volumeCreate } from '../bodies/volume.ts';
import { empty, json, type Reply } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { filters } from '../parameters/filters.ts';
import { bool } from '../parameters/values.ts';
import { type Call, named, routes } from '../route.ts';
import { notASwarmManager } from './swarm.ts';

export const volumeRoutes = [
  ...routes('served', {
    'GET /volumes': list,
    'GET /volumes/{name:.*}': async (call) => json(200, await call.engine.volumeInspect(named(call))),
    'POST /volumes/create': create,
    'POST /volumes/prune': prune,
    'DELETE /volumes/{name:.*}': remove,
  }),
  ...routes('as without it', {
    'PUT /volumes/{name:.*}': () =>
      Promise.reject(
        new ApiError(503, 'volume update only valid for cluster volumes, but swarm is unavailable'),
      ),
  }),
];

async function list({ engine, form }: Call): Promise<Reply> {
  return json(200, await engine.volumeList({ filters: volumeFilters(form) }));
}

function volumeFilters(form: Call['form']): Record<string, string[]> {
  try {
    return filters(form);
  } catch (error) {
    throw new ApiError(400, `error reading volume filters: ${(error as Error).message}`);
  }
}

async function create({ engine, request, version }: Call): Promise<Reply> {
  const { ClusterVolumeSpec, ...config } = await readBody<VolumeCreate & { ClusterVolumeSpec?: object }>(
    request,
    volumeCreate,
  );
  if (ClusterVolumeSpec && version.since('1.42')) throw notASwarmManager();
  return json(201, await engine.volumeCreate(config));
}

/** Before 1.42 volumes with a name were pruned, too. */
async function prune({ engine, form, version }: Call): Promise<Reply> {
  const given = filters(form);
  return json(
    200,
    await engine.volumePrune({ filters: version.before('1.42') ? { ...given, all: ['true'] } : given }),
  );
}

async function remove(call: Call): Promise<Reply> {
  await call.engine.volumeRemove(named(call), { force: bool(call.form, 'force') });
  return empty(204);
}
