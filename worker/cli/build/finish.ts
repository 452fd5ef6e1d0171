import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { EngineApi, SolveStatus } from '../../protocol/engine-api.ts';
import type { ClientConfig } from '../client-config.ts';
import { authFor } from '../credentials.ts';
import { untilAborted } from '../streams.ts';

/** What the client itself does once an image is built. */
export interface Finish {
  readonly engine: EngineApi;
  readonly config: ClientConfig;
  /** Aborted when nobody wants the build any more. */
  readonly gone: AbortSignal;
  /** Names to be pushed. */
  readonly pushed: readonly string[];
  /** Whether a file of metadata is wanted, for which buildx asks about the build. */
  readonly hasMetadata: boolean;
  /** Told the digest that the registry has. */
  readonly onPushed: (digest: string) => void;
}

/** The last message of a build, or what went wrong with what the client does after it. */
export type FinishedStatus = SolveStatus & { readonly problem?: string };

/** A build's messages, with those of the steps that the client adds. */
export async function* finished(
  statuses: AsyncIterable<SolveStatus>,
  finish: Finish,
): AsyncGenerator<FinishedStatus> {
  let last: SolveStatus | undefined;
  for await (const status of untilAborted(statuses, finish.gone)) {
    if (isLast(status)) last = status;
    else yield status;
  }
  if (last === undefined) return;
  const isBuilt = last.image !== undefined || last.isDone === true;
  if (isBuilt && finish.hasMetadata) yield* asked('resolving provenance for metadata file');
  let problem: string | undefined;
  for (const name of last.image === undefined ? [] : finish.pushed) {
    for await (const status of pushed(finish, name)) {
      problem ??= status.problem;
      yield status;
    }
    if (problem !== undefined) break;
  }
  yield problem === undefined ? last : { problem };
}

function isLast({ image, answer, isDone, failure }: SolveStatus): boolean {
  return (image ?? answer ?? isDone ?? failure) !== undefined;
}

/** https://github.com/docker/buildx/blob/v0.29.1/build/utils.go (pushWithMoby) */
async function* pushed(
  { engine, config, gone, onPushed }: Finish,
  name: string,
): AsyncGenerator<FinishedStatus> {
  const reference = withDefaultTag(parseReference(name));
  const vertex = newVertex(`pushing ${formatReference(reference)} with docker`);
  yield { vertexes: [vertex] };
  const layers = new Map<string, { started: number; total: number }>();
  try {
    const { tag, ...repository } = reference;
    const messages = await engine.imagePush(familiarReference(repository), {
      ...(tag !== undefined && { tag }),
      ...authFor(config, reference),
    });
    for await (const { id = '', progressDetail, error, aux } of untilAborted(messages, gone)) {
      if (error !== undefined) throw new Error(error);
      if (aux && 'Digest' in aux) onPushed(String(aux.Digest));
      const isLayer = /^[0-9a-f]{12}$/.test(id);
      const known = layers.get(id);
      if (!isLayer || (known !== undefined && progressDetail?.current === undefined)) continue;
      const layer = {
        started: known?.started ?? Date.now(),
        total: progressDetail?.total ?? known?.total ?? 0,
      };
      layers.set(id, layer);
      yield { statuses: [progress(vertex.digest, id, layer, progressDetail?.current ?? 0)] };
    }
    const completed = Date.now();
    const statuses = [...layers].map(([id, layer]) => ({
      ...progress(vertex.digest, id, layer, layer.total),
      completed,
    }));
    yield { statuses, vertexes: [{ ...vertex, completed }] };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    yield { vertexes: [{ ...vertex, completed: Date.now(), error: problem }], problem };
  }
}

function progress(
  vertex: string,
  id: string,
  { started, total }: { started: number; total: number },
  current: number,
) {
  return {
    id: `pushing layer ${id}`,
    vertex,
    current,
    ...(total > 0 && { total }),
    timestamp: Date.now(),
    started,
  };
}

/** All that it wants to know is here already. */
function* asked(name: string): Generator<SolveStatus> {
  const vertex = newVertex(name);
  yield { vertexes: [vertex] };
  yield { vertexes: [{ ...vertex, completed: Date.now() }] };
}

function newVertex(name: string) {
  const digest = `sha256:${crypto.randomUUID().replaceAll('-', '').repeat(2)}`;
  return { digest, inputs: [], name, started: Date.now() };
}
