import { goJson } from '../../oci/gojson.ts';
import { parsePlatformSpecifier } from '../../oci/platformspecifier.ts';
import { ApiError, type SolveOptions, type SolveStatus } from '../../protocol/engine-api.ts';
import { type Reply, stream } from '../http/reply.ts';
import { mapped } from '../mapped.ts';
import { buildOptions } from '../parameters/build.ts';
import type { Call } from '../route.ts';
import { SessionSource } from './session-source.ts';
import { type ClientSession, sessionsOf } from './sessions.ts';
import { encodeStatus } from './status.ts';

/**
 * `POST /build?version=2`: the context comes as with the classic builder, the answer is BuildKit's trace.
 * https://github.com/moby/moby/blob/v28.5.2/builder/builder-next/builder.go (Build)
 */
export async function buildWithBuildKit(call: Call): Promise<Reply> {
  const { form, engine, request } = call;
  const given = solveOptions(call);
  const session = form.get('session');
  const source =
    session === '' ? undefined : new LateSource(() => sessionsOf(engine).wait(session, request.signal));
  const options = source === undefined ? given : { ...given, ...(await fromSession(source, call, given)) };
  const statuses = await engine.imageSolve(options);
  const lines = options.quiet ? quietLines() : linesOf;
  const answer = mapped(statuses, (status) => encoder.encode(lines(status)));
  return stream('application/json', source === undefined ? answer : closing(answer, source));
}

/** A session that the client has opened beside its request, looked for when something of it is wanted. */
class LateSource {
  readonly #find: () => Promise<ClientSession>;
  #found: Promise<SessionSource> | undefined;

  constructor(find: () => Promise<ClientSession>) {
    this.#find = find;
  }

  get(): Promise<SessionSource> {
    return (this.#found ??= this.#find().then((session) => new SessionSource(session)));
  }

  async close(): Promise<void> {
    await this.#found?.then((source) => source.close());
  }
}

async function fromSession(
  source: LateSource,
  { form }: Call,
  { authConfigs, dockerfile = 'Dockerfile' }: SolveOptions,
): Promise<Partial<SolveOptions>> {
  return {
    secret: async (id) => (await source.get()).secret(id),
    ...(authConfigs === undefined && {
      credentials: async (domain) => (await source.get()).credentials(domain),
    }),
    ...(form.get('remote') === clientSession && {
      context: { files: (await source.get()).context(dockerfile) },
    }),
  };
}

async function* closing<T>(items: AsyncIterable<T>, source: LateSource): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    await source.close();
  }
}

/** What stands for the address of a context that is in the session. */
const clientSession = 'client-session';

const encoder = new TextEncoder();

function solveOptions({ form, request, version }: Call): SolveOptions {
  const { remote, rm: _rm, forceRm: _forceRm, squash, ...options } = buildOptions(form, version);
  if (squash) throw new ApiError(400, 'squash is only supported with experimental mode');
  if (options.platform) requirePlatform(options.platform);
  if (form.get('outputs') !== '' && form.get('outputs') !== '[]')
    throw new ApiError(501, 'outputs other than an image of this engine are not supported');
  if (remote === clientSession && form.get('session') === '')
    throw new ApiError(400, 'a context in the session of the client needs a session');
  return { ...options, context: remote === undefined ? { tar: request.body.bytes } : { address: remote } };
}

function requirePlatform(text: string): void {
  try {
    parsePlatformSpecifier(text);
  } catch (error) {
    throw new ApiError(400, (error as Error).message);
  }
}

function linesOf(status: SolveStatus): string {
  const trace = encodeStatus(status);
  return (
    (trace.length > 0 ? line({ id: 'moby.buildkit.trace', aux: base64(trace) }) : '') +
    (status.image === undefined ? '' : line({ id: 'moby.image.id', aux: { ID: status.image } })) +
    failureLine(status)
  );
}

/** Nothing but the ID, and everything when it fails. */
function quietLines(): (status: SolveStatus) => string {
  let held = '';
  return (status) => {
    if (status.image !== undefined) return line({ stream: `${status.image}\n` });
    held += linesOf(status);
    return status.failure === undefined ? '' : held;
  };
}

function failureLine({ failure }: SolveStatus): string {
  if (failure === undefined) return '';
  const message = failure.message.replace(/^Canceled: /, '');
  return line({ errorDetail: { message }, error: message });
}

function line(message: object): string {
  return `${goJson(message)}\r\n`;
}

function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(''));
}
