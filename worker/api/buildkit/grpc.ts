import type { EngineApi } from '../../protocol/engine-api.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { serveGrpc } from '../grpc/server.ts';
import { encodeHead, hijack, type Reply } from '../http/reply.ts';
import type { Call } from '../route.ts';
import { controlService } from './control.ts';
import { bridgeService } from './bridge.ts';
import { upgradedToHttp2 } from './session.ts';

/**
 * `POST /grpc`: the connection becomes one of HTTP/2 on which BuildKit's API is served, as far as clients with Docker's
 * driver use it. https://github.com/moby/moby/blob/v28.5.2/api/server/router/grpc/grpc_routes.go
 */
export function grpc({ engine, request }: Call): Promise<Reply> {
  const protocol = request.headers.get('upgrade');
  if (protocol === '') throw new ApiError(400, 'no upgrade proto in request');
  if (protocol !== 'h2c') throw new ApiError(400, `protocol ${protocol} not supported`);
  return Promise.resolve(
    hijack(async (connection) => {
      await connection.write(encodeHead(101, upgradedToHttp2));
      // A client that goes, or speaks something else, ends it.
      await serveGrpc(connection, services(engine)).catch(() => undefined);
    }),
  );
}

function services(engine: EngineApi) {
  return { ...controlService(engine), ...bridgeService(engine) };
}
