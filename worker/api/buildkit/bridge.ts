import type { EngineApi } from '../../protocol/engine-api.ts';
import type { GrpcRequest, GrpcServices } from '../grpc/server.ts';
import { onlyMessage, unary } from '../grpc/server.ts';
import { Fields, Message } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import { buildsOf, returnedError } from './gateway.ts';
import { workerRecord } from './worker-record.ts';

const service = '/moby.buildkit.v1.frontend.LLBBridge';
const buildIdField = 'buildkit-controlapi-buildid';

/** What clients may count on. https://github.com/moby/buildkit/blob/v0.25.1/frontend/gateway/pb/caps.go */
const capabilities = [
  'solve.base',
  'return',
  'returnmap',
  'importcaches',
  'proto.refarray',
  'gateway.solve.metadata',
  'gateway.solve.evaluate',
  'gateway.evaluate',
];

/**
 * How a client leads its own build: it asks for a Dockerfile to be built, and returns what it was given, or an error. That is
 * all there is to it here: a result is an image of this engine, whose files are not looked into.
 * https://github.com/moby/buildkit/blob/v0.25.1/frontend/gateway/pb/gateway.proto
 */
export function bridgeService(engine: EngineApi): GrpcServices {
  return {
    [`${service}/Ping`]: unary(() => pong(engine)),
    [`${service}/Solve`]: (request) => solve(engine, request),
    [`${service}/Evaluate`]: unary(() => Promise.resolve(new Uint8Array())),
    [`${service}/Return`]: (request) => takeReturn(engine, request),
  };
}

async function pong(engine: EngineApi): Promise<Uint8Array> {
  const message = new Message();
  for (const id of capabilities) message.message(1, new Message().text(1, id).number(2, 1));
  return message.message(3, await workerRecord(engine)).finish();
}

async function* solve(engine: EngineApi, request: GrpcRequest): AsyncGenerator<Uint8Array> {
  const asked = new Fields(await onlyMessage(request));
  const { signal } = request;
  yield* buildsOf(engine).during(buildId(request), async function* (build) {
    const image = await build.solve(engine, asked.text(2), asked.texts(3), signal);
    const result = new Message().message(3, new Message().text(1, image));
    yield new Message().message(3, result).finish();
  });
}

async function* takeReturn(engine: EngineApi, request: GrpcRequest): AsyncGenerator<Uint8Array> {
  const asked = new Fields(await onlyMessage(request));
  yield* buildsOf(engine).during(buildId(request), async function* (build) {
    await build.request;
    build.takeReturn(asked.has(2) ? { error: returnedError(asked.message(2)) } : {});
    yield new Uint8Array();
  });
}

function buildId({ metadata }: GrpcRequest): string {
  const id = metadata.get(buildIdField);
  if (id === undefined) throw new GrpcError(grpcCodes.invalidArgument, 'no buildid found in context');
  return id;
}
