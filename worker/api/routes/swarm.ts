import { ApiError } from '../../protocol/engine-api.ts';
import { readJson } from '../json/body.ts';
import { filters } from '../parameters/filters.ts';
import { bool, strictBool } from '../parameters/values.ts';
import { type Call, type Route, routes } from '../route.ts';

type Handler = Route['handle'];

/** There is one machine and no network that others could join it by: the engine is in no swarm and cannot make one. */
export const swarmRoutes = routes('as without it', {
  'POST /swarm/init': after(json, noSwarmHere),
  'POST /swarm/join': after(json, noSwarmHere),
  'POST /swarm/leave': after(
    () => undefined,
    () => new ApiError(503, 'This node is not part of a swarm'),
  ),
  'GET /swarm': refuse,
  'GET /swarm/unlockkey': refuse,
  'POST /swarm/update': after(versioned('swarm'), notASwarmManager),
  'POST /swarm/unlock': after(json, notASwarmManager),
  'GET /services': after(servicesFilter, notASwarmManager),
  'GET /services/{id}': after(servicesFlags, notASwarmManager),
  'POST /services/create': after(json, notASwarmManager),
  'POST /services/{id}/update': after(versioned('service'), notASwarmManager),
  'DELETE /services/{id}': refuse,
  'GET /services/{id}/logs': after(streams, notASwarmManager),
  'GET /nodes': after(list, notASwarmManager),
  'GET /nodes/{id}': refuse,
  'DELETE /nodes/{id}': refuse,
  'POST /nodes/{id}/update': after(versioned('node'), notASwarmManager),
  'GET /tasks': after(list, notASwarmManager),
  'GET /tasks/{id}': refuse,
  'GET /tasks/{id}/logs': after(streams, notASwarmManager),
  'GET /secrets': after(list, notASwarmManager),
  'POST /secrets/create': after(json, notASwarmManager),
  'DELETE /secrets/{id}': refuse,
  'GET /secrets/{id}': refuse,
  'POST /secrets/{id}/update': after(secretVersion('secret'), notASwarmManager),
  'GET /configs': after(list, notASwarmManager),
  'POST /configs/create': after(json, notASwarmManager),
  'DELETE /configs/{id}': refuse,
  'GET /configs/{id}': refuse,
  'POST /configs/{id}/update': after(secretVersion('config'), notASwarmManager),
});

export function notASwarmManager(): ApiError {
  return new ApiError(
    503,
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  );
}

function noSwarmHere(): ApiError {
  return new ApiError(501, 'swarm mode is not supported by this engine');
}

function refuse(): Promise<never> {
  return Promise.reject(notASwarmManager());
}

/** Docker looks at the request first. */
function after(check: (call: Call) => unknown, error: () => ApiError): Handler {
  return async (call) => {
    await check(call);
    throw error();
  };
}

function json({ request }: Call): Promise<unknown> {
  return readJson(request);
}

function list({ form }: Call): void {
  filters(form);
}

function servicesFilter(call: Call): void {
  list(call);
  if (call.version.since('1.41')) flag(call, 'status');
}

function servicesFlags(call: Call): void {
  flag(call, 'insertDefaults');
}

function flag({ form }: Call, name: string): void {
  const text = form.get(name);
  try {
    if (text !== '') strictBool(text);
  } catch (error) {
    throw new ApiError(400, `invalid value for ${name}: ${text}: ${(error as Error).message}`);
  }
}

function streams({ form }: Call): void {
  if (!bool(form, 'stdout') && !bool(form, 'stderr'))
    throw new ApiError(500, 'Bad parameters: you must choose at least one stream');
}

function versioned(what: string): (call: Call) => Promise<void> {
  return async (call) => {
    await json(call);
    const text = call.form.get('version');
    if (!/^\d+$/.test(text))
      throw new ApiError(
        400,
        `invalid ${what} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      );
  };
}

function secretVersion(what: string): (call: Call) => Promise<void> {
  return async (call) => {
    await json(call);
    if (!/^\d+$/.test(call.form.get('version'))) throw new ApiError(400, `invalid ${what} version`);
  };
}
