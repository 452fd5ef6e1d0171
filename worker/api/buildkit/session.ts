import type { EngineApi } from '../../protocol/engine-api.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import type { Connection } from '../http/connection.ts';
import { encodeHead, hijack, type Reply } from '../http/reply.ts';
import type { Call } from '../route.ts';
import { http2 } from './http2.ts';

/** The sessions that are open at an engine, by the IDs that the clients have given them. */
const open = new WeakMap<EngineApi, Set<string>>();

/**
 * `POST /session`: the connection becomes one of HTTP/2 in the other direction, on which the client serves what a build may
 * ask it for: credentials, secrets, files. This engine's builds ask for nothing, so the session is held open until the
 * client ends it. https://github.com/moby/buildkit/blob/v0.25.1/session/manager.go (HandleHTTPRequest)
 */
export function session({ engine, request }: Call): Promise<Reply> {
  const id = request.headers.get('x-docker-expose-session-uuid');
  const protocol = request.headers.get('upgrade');
  const sessions = sessionsOf(engine);
  if (sessions.has(id)) throw new ApiError(400, `session ${id} already exists`);
  if (protocol === '') throw new ApiError(400, 'no upgrade proto in request');
  if (protocol !== 'h2c') throw new ApiError(400, `protocol ${protocol} not supported`);
  sessions.add(id);
  return Promise.resolve(
    hijack(async (connection) => {
      try {
        await connection.write(encodeHead(101, upgraded));
        await hold(connection);
      } finally {
        sessions.delete(id);
      }
    }),
  );
}

const upgraded = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'h2c'],
] as const;

async function hold(connection: Connection): Promise<void> {
  try {
    await http2(connection);
  } catch {
    // The client is gone, or speaks something else: then there is no session.
  }
}

function sessionsOf(engine: EngineApi): Set<string> {
  const known = open.get(engine) ?? new Set();
  open.set(engine, known);
  return known;
}
