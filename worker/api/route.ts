import type { EngineApi } from '../protocol/engine-api.ts';
import type { Reply } from './http/reply.ts';
import type { HttpRequest } from './http/server.ts';
import type { Form } from './parameters/form.ts';
import type { ApiVersion } from './versions.ts';

/** A request on its way through a route. */
export interface Call {
  readonly engine: EngineApi;
  readonly request: HttpRequest;
  readonly version: ApiVersion;
  /** What the path's variables stand for. */
  readonly path: Readonly<Record<string, string>>;
  readonly form: Form;
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';

/** How far a route goes: served, or answered as by a Docker that is in no swarm and has no plugins. */
export type Standing = 'served' | 'as without it';

export interface Route {
  readonly method: Method;
  /** `{name}` is a path segment, `{name:.*}` any number of them. */
  readonly path: string;
  readonly standing: Standing;
  readonly handle: (call: Call) => Promise<Reply>;
}

type Handler = Route['handle'];

/** A part of the table: keys are `METHOD /path`. */
export function routes(standing: Standing, table: Readonly<Record<string, Handler>>): Route[] {
  return Object.entries(table).map(([key, handle]) => {
    const [method, path] = key.split(' ') as [Method, string];
    return { method, path, standing, handle };
  });
}

/** The variable `name` of the path. */
export function named({ path }: Pick<Call, 'path'>): string {
  return path['name'] ?? '';
}

/** A field of options, when there is a value for it. */
export function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}
