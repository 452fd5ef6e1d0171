import { readCsv } from '../../oci/csv.ts';
import { errorMessage } from '../../oci/errors.ts';
import type {
  AuthConfig,
  BuildContext,
  BuildFiles,
  CacheImport,
  SolveOptions,
} from '../../protocol/engine-api.ts';
import { call, GrpcCall } from '../grpc/client.ts';
import { Fields, Message } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import { SessionFiles } from './session-files.ts';
import type { ClientSession } from './sessions.ts';

/** moby.buildkit.v1.SolveRequest, as far as an engine without a containerd store follows it. */
export class SolveRequest {
  readonly ref: string;
  readonly session: string;
  readonly frontend: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly entitlements: readonly string[];
  readonly #fields: Fields;

  constructor(message: Uint8Array) {
    const fields = new Fields(message);
    this.#fields = fields;
    this.ref = fields.text(1);
    this.session = fields.text(5);
    this.frontend = fields.text(6);
    this.attributes = fields.texts(7);
    this.entitlements = fields.allTexts(9);
  }

  /** Names for the image. @throws GrpcError when something else than an image of this engine is wanted */
  tags(): string[] {
    const exporters = this.#fields.allMessages(13).map((one) => [one.text(1), one.texts(2)] as const);
    const [deprecated] = this.#fields.has(3) ? [[this.#fields.text(3), this.#fields.texts(4)] as const] : [];
    const [[type, attributes] = ['', new Map<string, string>()], ...others] =
      exporters.length > 0 || deprecated === undefined ? exporters : [deprecated];
    if (type !== 'moby' || others.length > 0)
      throw refused(
        `exporter ${JSON.stringify(type)} could not be found: an image of this engine is all that is made`,
      );
    return (attributes.get('name') ?? '').split(',').filter((name) => name !== '');
  }

  /** Whether the image is to take along what its steps were. @throws GrpcError for caches that are kept elsewhere */
  wantsInlineCache(): boolean {
    const types = this.#fields
      .message(8)
      .allMessages(4)
      .map((one) => one.text(1));
    const other = types.find((type) => type !== 'inline');
    if (other !== undefined) throw refused(`unknown cache exporter: ${JSON.stringify(other)}`);
    return types.length > 0;
  }
}

/** What a client of BuildKit's has asked for, as this engine's builder is asked; to be closed when the build is over. */
export interface OpenedRequest {
  readonly options: SolveOptions;
  close(): Promise<void>;
}

/** The options of the Dockerfile frontend. https://github.com/moby/buildkit/blob/v0.25.1/frontend/dockerui/config.go */
export async function openRequest(
  request: SolveRequest,
  attributes: ReadonlyMap<string, string>,
  session: ClientSession,
): Promise<OpenedRequest> {
  const opened: SessionFiles[] = [];
  const directory = (name: string) => {
    const files = new SessionFiles(session, name);
    opened.push(files);
    return files;
  };
  const text = (name: string) => attributes.get(name) ?? '';
  const dockerfile = text('filename') || 'Dockerfile';
  requireKnown(attributes);
  const options: SolveOptions = {
    ...limits(attributes),
    ...caches(attributes),
    dockerfile,
    tags: request.tags(),
    inlineCache: request.wantsInlineCache(),
    allow: request.entitlements,
    buildArgs: withPrefix(attributes, 'build-arg:'),
    labels: withPrefix(attributes, 'label:'),
    target: text('target'),
    platform: text('platform'),
    networkMode: networkMode(text('force-network-mode')),
    extraHosts: list(text('add-hosts')).map((host) => host.replace('=', ':')),
    cgroupParent: text('cgroup-parent'),
    pull: text('image-resolve-mode') === 'pull',
    context: mainContext(session, attributes, directory),
    ...(await ownDockerfile(attributes, dockerfile, directory)),
    contexts: namedContexts(attributes, directory),
    secret: (id) => secret(session, id),
    credentials: (domain) => credentials(session, domain),
  };
  return {
    options,
    async close() {
      for (const files of opened) await files.close();
    },
  };
}

/** What changes what is built must not be overlooked. */
function requireKnown(attributes: ReadonlyMap<string, string>): void {
  const request = attributes.get('requestid');
  if (request !== undefined) throw refused(`unsupported request ${request}`);
  if (attributes.has('contextsubdir')) throw refused('a directory within the context is not supported');
  const attestation = [...attributes.keys()].find((name) => name.startsWith('attest:'));
  if (attestation !== undefined && attributes.get(attestation) !== 'disabled=true')
    throw refused(`attestations are not supported: ${attestation}`);
}

function mainContext(
  session: ClientSession,
  attributes: ReadonlyMap<string, string>,
  directory: (name: string) => SessionFiles,
): BuildContext {
  const address = attributes.get('context');
  if (address === undefined) {
    const context = directory(attributes.get('contextkey') ?? 'context');
    return { files: withDockerfile(context, directory(dockerfilesOf(attributes)), attributes) };
  }
  const upload = /^https?:\/\/buildkit-session(\/.*)$/.exec(address)?.[1];
  return upload === undefined ? { address } : { tar: uploaded(session, upload) };
}

/** What the client calls the directory of the Dockerfile. */
function dockerfilesOf(attributes: ReadonlyMap<string, string>): string {
  return attributes.get('dockerfilekey') ?? 'dockerfile';
}

/** The client's own Dockerfile for a context that comes from elsewhere. */
async function ownDockerfile(
  attributes: ReadonlyMap<string, string>,
  dockerfile: string,
  directory: (name: string) => SessionFiles,
): Promise<Pick<SolveOptions, 'dockerfileText'>> {
  if (!attributes.has('context') || !attributes.has('dockerfilekey')) return {};
  const bytes = await directory(dockerfilesOf(attributes)).find(dockerfile);
  if (bytes === undefined)
    throw invalid(`failed to read dockerfile: open ${dockerfile}: no such file or directory`);
  return { dockerfileText: new TextDecoder().decode(bytes) };
}

/** The Dockerfile and what it leaves out are in a directory of their own, which may be another one. */
function withDockerfile(
  context: SessionFiles,
  dockerfiles: SessionFiles,
  attributes: ReadonlyMap<string, string>,
): BuildFiles {
  const dockerfile = attributes.get('filename') || 'Dockerfile';
  const own = new Set([dockerfile, dockerfile.toLowerCase(), `${dockerfile}.dockerignore`]);
  return {
    key: context.key,
    find: (path) => (own.has(path) ? dockerfiles : context).find(path),
    list: (excludes, only) => context.list(excludes, only),
    read: (files) => context.read(files),
  };
}

function namedContexts(
  attributes: ReadonlyMap<string, string>,
  directory: (name: string) => SessionFiles,
): Record<string, BuildContext> {
  const texts = withPrefix(attributes, 'context:');
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [
      name.replace(/::[^:]*$/, ''),
      namedContext(value, directory),
    ]),
  );
}

function namedContext(value: string, directory: (name: string) => SessionFiles): BuildContext {
  const image = /^docker-image:(?:\/\/)?(.+)$/.exec(value)?.[1];
  if (image !== undefined) return { image };
  const local = /^local:(.+)$/.exec(value)?.[1];
  if (local !== undefined) return { files: directory(local) };
  if (/^(?:https?|git):|^git@/.test(value)) return { address: value };
  throw refused(`unsupported context source ${value.split(':', 1)[0]}`);
}

/** The tar that the client has on its standard input. */
async function* uploaded({ connection }: ClientSession, path: string): AsyncGenerator<Uint8Array> {
  const pull = await GrpcCall.open(connection, '/moby.upload.v1.Upload/Pull', [
    ['urlpath', path],
    ['urlhost', 'buildkit-session'],
  ]);
  try {
    for await (const message of pull.answers()) yield new Fields(message).bytes(1);
  } finally {
    pull.cancel();
  }
}

async function secret({ connection, methods }: ClientSession, id: string): Promise<Uint8Array | undefined> {
  const path = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
  if (!methods.has(path.toLowerCase())) return undefined;
  try {
    return new Fields(await call(connection, path, new Message().text(1, id).finish())).bytes(1);
  } catch (error) {
    if (error instanceof GrpcError && error.code === grpcCodes.notFound) return undefined;
    throw error;
  }
}

async function credentials(
  { connection, methods }: ClientSession,
  domain: string,
): Promise<AuthConfig | undefined> {
  const path = '/moby.filesync.v1.Auth/Credentials';
  if (!methods.has(path.toLowerCase())) return undefined;
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
  const answer = new Fields(await call(connection, path, new Message().text(1, host).finish()));
  const [username, password] = [answer.text(1), answer.text(2)];
  if (password === '') return undefined;
  return username === '' ? { identitytoken: password } : { username, password };
}

function networkMode(text: string): string {
  if (['', 'sandbox'].includes(text)) return '';
  if (!['none', 'host'].includes(text)) throw invalid(`invalid netmode ${text}`);
  return text;
}

function limits(attributes: ReadonlyMap<string, string>): Partial<SolveOptions> {
  const shmSize = attributes.get('shm-size') ?? '';
  if (!/^\d*$/.test(shmSize)) throw invalid(`failed to parse shm size: ${shmSize}`);
  const ulimits = list(attributes.get('ulimit') ?? '').map(ulimit);
  return {
    ...(Number(shmSize) > 0 && { shmSize: Number(shmSize) }),
    ...(ulimits.length > 0 && { ulimits }),
  };
}

function ulimit(text: string): { Name: string; Soft: number; Hard: number } {
  const [, name = '', soft, hard = soft] = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (name === '') throw invalid(`failed to parse ulimit: ${text}`);
  return { Name: name, Soft: Number(soft), Hard: Number(hard) };
}

function caches(attributes: ReadonlyMap<string, string>): Partial<SolveOptions> {
  const stages = attributes.get('no-cache');
  const imports = [
    ...cacheImports(attributes.get('cache-imports') ?? ''),
    ...cacheRefs(attributes.get('cache-from')),
  ];
  return {
    ...(stages !== undefined && (stages === '' ? { noCache: true } : { noCacheFilter: stages.split(',') })),
    ...(imports.length > 0 && { cacheImports: imports }),
  };
}

function cacheImports(text: string): CacheImport[] {
  if (text === '') return [];
  try {
    return (JSON.parse(text) as { Type: string; Attrs?: Record<string, string> }[]).map(
      ({ Type, Attrs }) => ({
        type: Type,
        ...(Attrs?.['ref'] !== undefined && { ref: Attrs['ref'] }),
      }),
    );
  } catch (error) {
    throw invalid(`failed to unmarshal cache-imports: ${errorMessage(error)}`);
  }
}

function cacheRefs(text: string | undefined): CacheImport[] {
  return list(text ?? '').map((ref) => ({ type: 'registry', ref }));
}

function list(text: string): string[] {
  return text === '' ? [] : readCsv(text);
}

function withPrefix(attributes: ReadonlyMap<string, string>, prefix: string): Record<string, string> {
  const own = [...attributes].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

function refused(message: string): GrpcError {
  return new GrpcError(grpcCodes.unimplemented, message);
}

function invalid(message: string): GrpcError {
  return new GrpcError(grpcCodes.unknown, message);
}
