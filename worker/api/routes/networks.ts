import {
  ApiError,
  type Network,
  type NetworkConnect,
  type NetworkCreate,
  type NetworkDisconnect,
} from '../../protocol/engine-api.ts';
import { networkConnect, networkCreate, networkDisconnect } from '../bodies/network.ts';
import { empty, json, type Reply } from '../http/reply.ts';
import { readBody } from '../json/body.ts';
import { filters } from '../parameters/filters.ts';
import { strictBool } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';

export const networkRoutes = [
  ...routes('served', {
    'GET /networks': list,
    'GET /networks/': list,
    'GET /networks/{name:.+}': inspect,
    'POST /networks/create': create,
    'POST /networks/{name:.*}/connect': connect,
    'POST /networks/{name:.*}/disconnect': disconnect,
    'POST /networks/prune': async ({ engine, form }) =>
      json(200, await engine.networkPrune({ filters: filters(form) })),
    'DELETE /networks/{name:.*}': remove,
  }),
];

/** Before 1.28 the list told of the containers, too. */
async function list({ engine, form, version }: Call): Promise<Reply> {
  const networks = await engine.networkList({ filters: filters(form) });
  const isDetailed = version.before('1.28');
  const answer: Network[] = isDetailed
    ? await Promise.all(networks.map(({ Id }) => engine.networkInspect(Id)))
    : networks;
  return json(200, answer);
}

async function inspect(call: Call): Promise<Reply> {
  const { engine, form } = call;
  const options = {
    verbose: verbose(form.get('verbose')),
    ...given('scope', form.get('scope') || undefined),
  };
  return json(200, await engine.networkInspect(named(call), options));
}

function verbose(text: string): boolean {
  try {
    return text !== '' && strictBool(text);
  } catch (error) {
    throw new ApiError(400, `invalid value for verbose: ${text}: ${(error as Error).message}`);
  }
}

async function create({ engine, request, version }: Call): Promise<Reply> {
  const config = await readBody<NetworkCreate>(request, networkCreate);
  if (version.before('1.48')) delete config.EnableIPv4;
  return json(201, await engine.networkCreate(config));
}

async function remove(call: Call): Promise<Reply> {
  await call.engine.networkRemove(named(call));
  return empty(204);
}

async function connect(call: Call): Promise<Reply> {
  await call.engine.networkConnect(named(call), await readBody<NetworkConnect>(call.request, networkConnect));
  return empty(200);
}

async function disconnect(call: Call): Promise<Reply> {
  const options = await readBody<NetworkDisconnect>(call.request, networkDisconnect);
  await call.engine.networkDisconnect(named(call), options);
  return empty(200);
}
