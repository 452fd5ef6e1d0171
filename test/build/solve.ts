/** A build in BuildKit's way by the engine itself, described as if `docker build` had shown it. */
import { excerpt } from '../../worker/cli/build/progress/failure.ts';
import type { EngineApi, SolveOptions, SolveStatus } from '../../worker/protocol/engine-api.ts';
import { type Build, type BuildQuery, serverMark } from './case.ts';
import type { Surroundings } from './classic.ts';
import { type Described, contextTar, ofRoot } from './context.ts';
import { solveSteps, solveWarnings } from './plain-progress.ts';
import { anonymous, type BuildResult } from './result.ts';

export async function buildSolve(
  engine: Pick<EngineApi, 'imageSolve'>,
  { engine: client, bases, server }: Surroundings,
  { query, files }: Build,
): Promise<BuildResult> {
  const statuses: SolveStatus[] = [];
  for await (const status of await engine.imageSolve(await options(query, files, server)))
    statuses.push(status);
  const { image, failure } = statuses.at(-1) ?? {};
  const said = (text: string) => anonymous(text.replaceAll(server, serverMark));
  const output = solveSteps(statuses).map(said);
  const warnings = solveWarnings(statuses);
  if (image !== undefined) return { output, ...warnings, image: await bases.describe(client, image) };
  const { message = '', source } = failure ?? {};
  const shown = source === undefined ? [] : excerpt(source).trimEnd().split('\n');
  return {
    output: [...output, ...shown.map((line) => line.replaceAll(server, serverMark))],
    ...warnings,
    error: said(`failed to build: failed to solve: ${message}`).trim(),
    code: 1,
  };
}

/** What is asked of `POST /build`, asked of BuildKit. */
async function options(query: BuildQuery, files: Build['files'], server: string): Promise<SolveOptions> {
  const { t = [], dockerfile, target, buildargs = {}, labels = {}, nocache, secret = [] } = query;
  const { networkmode, extrahosts, shmsize } = query;
  const args = Object.entries(buildargs).map(
    ([key, value]) => [key, value?.replaceAll(serverMark, server) ?? null] as const,
  );
  return {
    context: { tar: once(await contextTar(ofRoot(files))) },
    tags: [t].flat(),
    buildArgs: Object.fromEntries(args),
    labels: { ...labels },
    noCache: nocache !== undefined,
    secrets: Object.fromEntries(secret.map((text) => secretOf(text, files))),
    ...(dockerfile !== undefined && { dockerfile }),
    ...(target !== undefined && { target }),
    ...(networkmode !== undefined && { networkMode: networkmode }),
    ...(extrahosts !== undefined && { extraHosts: [...extrahosts] }),
    ...(shmsize !== undefined && { shmSize: Number(shmsize) }),
  };
}

/** `id=ID,src=PATH`, the path in the context. */
function secretOf(text: string, files: ReadonlyMap<string, Described>): [string, Uint8Array] {
  const [, id = '', path = ''] = /^id=([^,]+),src=(.+)$/.exec(text) ?? [];
  const file = files.get(path);
  if (typeof file !== 'object' || file?.base64 === undefined) throw new Error(`no secret ${text}`);
  return [id, new Uint8Array(Buffer.from(file.base64, 'base64'))];
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
