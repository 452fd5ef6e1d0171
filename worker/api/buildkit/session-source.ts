import type { AuthConfig, BuildFiles } from '../../protocol/engine-api.ts';
import { call, GrpcCall } from '../grpc/client.ts';
import { Fields, Message } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import { SessionFiles } from './session-files.ts';
import type { ClientSession } from './sessions.ts';

const methods = {
  secret: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
  credentials: '/moby.filesync.v1.Auth/Credentials',
  upload: '/moby.upload.v1.Upload/Pull',
} as const;

/** What a client's session has for a build. To be closed when the build is over. */
export class SessionSource {
  readonly #session: ClientSession;
  readonly #opened: SessionFiles[] = [];

  constructor(session: ClientSession) {
    this.#session = session;
  }

  directory(name: string): SessionFiles {
    const files = new SessionFiles(this.#session, name);
    this.#opened.push(files);
    return files;
  }

  /** The Dockerfile and what it leaves out are in a directory of their own, which may be another one. */
  context(dockerfile: string, name = 'context', dockerfilesName = 'dockerfile'): BuildFiles {
    const [context, dockerfiles] = [this.directory(name), this.directory(dockerfilesName)];
    const own = new Set([dockerfile, dockerfile.toLowerCase(), `${dockerfile}.dockerignore`]);
    return {
      key: context.key,
      find: (path) => (own.has(path) ? dockerfiles : context).find(path),
      list: (excludes, only) => context.list(excludes, only),
      read: (files) => context.read(files),
    };
  }

  /** The tar that the client has on its standard input. */
  async *upload(path: string): AsyncGenerator<Uint8Array> {
    const metadata = [
      ['urlpath', path],
      ['urlhost', 'buildkit-session'],
    ] as const;
    const pull = await GrpcCall.open(this.#session.connection, methods.upload, metadata);
    try {
      for await (const message of pull.answers()) yield new Fields(message).bytes(1);
    } finally {
      pull.cancel();
    }
  }

  /** Undefined for one that the client does not have. */
  async secret(id: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#ask(methods.secret, id))?.bytes(1);
    } catch (error) {
      if (error instanceof GrpcError && error.code === grpcCodes.notFound) return undefined;
      throw error;
    }
  }

  async credentials(domain: string): Promise<AuthConfig | undefined> {
    const answer = await this.#ask(
      methods.credentials,
      domain === 'docker.io' ? 'registry-1.docker.io' : domain,
    );
    const [username = '', password = ''] = [answer?.text(1), answer?.text(2)];
    if (password === '') return undefined;
    return username === '' ? { identitytoken: password } : { username, password };
  }

  async close(): Promise<void> {
    for (const files of this.#opened) await files.close();
  }

  /** Undefined when the client does not serve it. */
  async #ask(method: string, text: string): Promise<Fields | undefined> {
    const { connection, methods: served } = this.#session;
    if (!served.has(method.toLowerCase())) return undefined;
    return new Fields(await call(connection, method, new Message().text(1, text).finish()));
  }
}
