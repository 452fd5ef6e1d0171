import type { EngineApi, SolveSource } from '../../protocol/engine-api.ts';
import { Fields, Message } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import { until } from '../http/server.ts';
import { SessionSource } from './session-source.ts';
import { type SolveRequest, solveOptions } from './solve-request.ts';
import { sessionsOf } from './sessions.ts';
import { encodeStatus } from './status.ts';

/** What a client has returned for its build: success, or an error, as google.rpc.Status. */
export type Returned = { readonly error?: GrpcError };

/** A build of BuildKit's API by its ref: asked for in one call, watched in another, led in more. */
export class GatewayBuild {
  /** What `Solve` has asked for; rejects when it is over. */
  readonly request: Promise<SolveRequest>;
  readonly returned: Promise<Returned>;
  /** Encoded, in their order. */
  readonly #statuses: Uint8Array[] = [];
  #isOver = false;
  #waiting: (() => void)[] = [];
  #begin!: (request: SolveRequest) => void;
  #giveUp!: (error: Error) => void;
  #return!: (returned: Returned) => void;
  /** The ID of the image, once there is one. */
  image: string | undefined;

  constructor() {
    this.request = new Promise((resolve, reject) => {
      this.#begin = resolve;
      this.#giveUp = reject;
    });
    this.request.catch(() => undefined);
    this.returned = new Promise((resolve) => (this.#return = resolve));
  }

  begin(request: SolveRequest): void {
    this.#begin(request);
  }

  takeReturn(returned: Returned): void {
    this.#return(returned);
  }

  end(): void {
    this.#giveUp(new GrpcError(grpcCodes.notFound, 'no such build'));
    this.#isOver = true;
    this.#wake();
  }

  /** All that is told of the build, from its beginning to its end. */
  async *statuses(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      for (let at = 0; !signal.aborted;) {
        const status = this.#statuses[at];
        if (status !== undefined) {
          at += 1;
          yield status;
        } else if (this.#isOver) return;
        else await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  /** Builds a Dockerfile. Gives the image's ID; fails with GrpcError. Giving the call up cancels the build. */
  async solve(
    engine: EngineApi,
    frontend: string,
    attributes: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<string> {
    requireDockerfile(frontend, attributes);
    const request = await this.request;
    const session = await sessionsOf(engine).wait(request.session, signal);
    const source = new SessionSource(session);
    try {
      const statuses = await engine.imageSolve(await solveOptions(request, attributes, source));
      for await (const status of until(signal, statuses)) {
        const encoded = encodeStatus(status);
        if (encoded.length > 0) this.#tell(encoded);
        if (status.failure !== undefined) throw failure(status.failure);
        if (status.image !== undefined) return (this.image = status.image);
      }
      throw new GrpcError(grpcCodes.canceled, 'context canceled');
    } finally {
      await source.close();
    }
  }

  #tell(status: Uint8Array): void {
    this.#statuses.push(status);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** The builds that are asked for or watched at an engine. */
export class GatewayBuilds {
  readonly #builds = new Map<string, { build: GatewayBuild; users: number }>();

  /** A build is known as long as a call is about it, whichever comes first. */
  async *during<T>(ref: string, use: (build: GatewayBuild) => AsyncIterable<T>): AsyncGenerator<T> {
    const known = this.#builds.get(ref) ?? { build: new GatewayBuild(), users: 0 };
    this.#builds.set(ref, known);
    known.users += 1;
    try {
      yield* use(known.build);
    } finally {
      known.users -= 1;
      if (known.users === 0) this.#builds.delete(ref);
    }
  }
}

const builds = new WeakMap<EngineApi, GatewayBuilds>();

export function buildsOf(engine: EngineApi): GatewayBuilds {
  const known = builds.get(engine) ?? new GatewayBuilds();
  builds.set(engine, known);
  return known;
}

/** An error that the client has returned, of its own or one that it was given. */
export function returnedError(status: Fields): GrpcError {
  const details = new Message().number(1, status.number(1)).text(2, status.text(2));
  for (const detail of status.allBytes(3)) details.bytes(3, detail);
  return new GrpcError(status.number(1), status.text(2), details.finish());
}

function requireDockerfile(frontend: string, attributes: ReadonlyMap<string, string>): void {
  if (frontend === 'dockerfile.v0') return;
  const source = attributes.get('source') ?? '';
  if (frontend === 'gateway.v0' && /^(?:docker\.io\/)?docker\/dockerfile(?::|$)/.test(source)) return;
  const what = frontend === '' ? 'a definition without a frontend' : `frontend ${source || frontend}`;
  throw new GrpcError(grpcCodes.unimplemented, `${what} is not supported: Dockerfiles are all that is built`);
}

/** With the place in the Dockerfile, which clients show. */
function failure({ message, source }: { message: string; source?: SolveSource }): GrpcError {
  const text = message.replace(/^Canceled: /, '');
  const code = text === message ? grpcCodes.unknown : grpcCodes.canceled;
  if (source === undefined) return new GrpcError(code, text);
  const any = new Message()
    .text(1, 'github.com/moby/buildkit/errdefs.Source+json')
    .bytes(2, sourceJson(source));
  return new GrpcError(code, text, new Message().number(1, code).text(2, text).message(3, any).finish());
}

/** https://github.com/moby/buildkit/blob/v0.25.1/errdefs/errdefs.proto (Source), as Go writes it as JSON */
function sourceJson({ filename, text, range }: SolveSource): Uint8Array {
  const encoder = new TextEncoder();
  let binary = '';
  for (const byte of encoder.encode(text)) binary += String.fromCharCode(byte);
  const document = {
    info: { filename, data: btoa(binary), language: 'Dockerfile' },
    ranges: [{ start: { line: range.first }, end: { line: range.last } }],
  };
  return encoder.encode(JSON.stringify(document));
}
