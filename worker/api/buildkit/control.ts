import type { BuildCacheRecord, EngineApi, Filters } from '../../protocol/engine-api.ts';
import type { GrpcRequest, GrpcServices } from '../grpc/server.ts';
import { onlyMessage, unary } from '../grpc/server.ts';
import { Fields, Message } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import type { GatewayBuild } from './gateway.ts';
import { buildsOf } from './gateway.ts';
import { SolveRequest } from './solve-request.ts';
import { buildkitVersion, workerRecord } from './worker-record.ts';

const service = '/moby.buildkit.v1.Control';

/** Builds and their cache. https://github.com/moby/buildkit/blob/v0.25.1/api/services/control/control.proto */
export function controlService(engine: EngineApi): GrpcServices {
  return {
    [`${service}/Info`]: unary(async () => new Message().message(1, buildkitVersion()).finish()),
    [`${service}/ListWorkers`]: unary(async () =>
      new Message().message(1, await workerRecord(engine)).finish(),
    ),
    [`${service}/DiskUsage`]: unary((message) => diskUsage(engine, new Fields(message))),
    [`${service}/Prune`]: (request) => prune(engine, request),
    [`${service}/Solve`]: (request) => solve(engine, request),
    [`${service}/Status`]: (request) => status(engine, request),
  };
}

async function* solve(engine: EngineApi, request: GrpcRequest): AsyncGenerator<Uint8Array> {
  const asked = new SolveRequest(await onlyMessage(request));
  yield* buildsOf(engine).during(asked.ref, (build) => solved(engine, build, asked, request.signal));
}

/** What the client leads it does itself, and says when it is over. */
async function* solved(
  engine: EngineApi,
  build: GatewayBuild,
  asked: SolveRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  build.begin(asked);
  try {
    if (asked.frontend !== '') await build.solve(engine, asked.frontend, asked.attributes, signal);
    else await returned(build, signal);
    yield new Message().texts(1, exported(build.image, asked)).finish();
  } finally {
    build.end();
  }
}

async function returned(build: GatewayBuild, signal: AbortSignal): Promise<void> {
  const gone = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the client is gone')), { once: true });
  });
  const { error } = await Promise.race([build.returned, gone]);
  if (error !== undefined) throw error;
}

/** https://github.com/moby/moby/blob/v28.5.2/builder/builder-next/exporter/mobyexporter/export.go */
function exported(image: string | undefined, asked: SolveRequest): Record<string, string> {
  if (image === undefined) return {};
  const tags = asked.tags();
  return {
    'containerimage.config.digest': image,
    'containerimage.digest': image,
    ...(tags.length > 0 && { 'image.name': tags.join(',') }),
  };
}

async function* status(engine: EngineApi, request: GrpcRequest): AsyncGenerator<Uint8Array> {
  const ref = new Fields(await onlyMessage(request)).text(1);
  yield* buildsOf(engine).during(ref, (build) => build.statuses(request.signal));
}

async function diskUsage(engine: EngineApi, asked: Fields): Promise<Uint8Array> {
  if (asked.allTexts(1).some((text) => text !== ''))
    throw new GrpcError(grpcCodes.unimplemented, 'filters of the disk usage are not supported');
  const message = new Message();
  for (const record of await cacheOf(engine)) message.message(1, usageRecord(record));
  return message.finish();
}

async function* prune(engine: EngineApi, request: GrpcRequest): AsyncGenerator<Uint8Array> {
  const asked = new Fields(await onlyMessage(request));
  const before = new Map((await cacheOf(engine)).map((record) => [record.ID, record]));
  const { CachesDeleted } = await engine.buildPrune({
    all: asked.number(2) !== 0,
    filters: pruneFilters(asked),
  });
  for (const id of CachesDeleted ?? []) {
    const record = before.get(id);
    if (record !== undefined) yield usageRecord(record).finish();
  }
}

async function cacheOf(engine: EngineApi): Promise<BuildCacheRecord[]> {
  return (await engine.diskUsage(['build-cache'])).BuildCache ?? [];
}

/** One term each: `type==regular`, `id~=^abc`. */
function pruneFilters(asked: Fields): Filters {
  if ([4, 5, 6].some((field) => asked.number(field) !== 0))
    throw new GrpcError(grpcCodes.unimplemented, 'limits of space are not supported');
  const filters: Record<string, string[]> = {};
  for (const text of asked.allTexts(1).filter((one) => one !== '')) {
    const [, name = '', value = ''] = /^([\w-]+)[=~]=([^,]*)$/.exec(text) ?? [];
    if (name === '') throw new GrpcError(grpcCodes.unimplemented, `the filter ${text} is not supported`);
    filters[name] = [...(filters[name] ?? []), value];
  }
  const seconds = Math.floor(asked.number(3) / 1e9);
  return seconds === 0 ? filters : { ...filters, until: [`${seconds}s`] };
}

function usageRecord(record: BuildCacheRecord): Message {
  const message = new Message()
    .text(1, record.ID)
    .number(3, record.InUse ? 1 : 0)
    .number(4, record.Size)
    .time(6, Date.parse(record.CreatedAt));
  if (record.LastUsedAt !== null) message.time(7, Date.parse(record.LastUsedAt));
  message
    .number(8, record.UsageCount)
    .text(9, record.Description)
    .text(10, record.Type)
    .number(11, record.Shared ? 1 : 0);
  for (const parent of record.Parents ?? []) message.text(12, parent);
  return message;
}
