import { readCsv } from '../../oci/csv.ts';
import { errorMessage } from '../../oci/errors.ts';
import type { BuildContext, CacheImport, SolveOptions } from '../../protocol/engine-api.ts';
import { Fields } from '../grpc/message.ts';
import { GrpcError, grpcCodes } from '../grpc/status.ts';
import type { SessionSource } from './session-source.ts';

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

/** The options of the Dockerfile frontend. https://github.com/moby/buildkit/blob/v0.25.1/frontend/dockerui/config.go */
export async function solveOptions(
  request: SolveRequest,
  attributes: ReadonlyMap<string, string>,
  source: SessionSource,
): Promise<SolveOptions> {
  const text = (name: string) => attributes.get(name) ?? '';
  const dockerfile = text('filename') || 'Dockerfile';
  requireKnown(attributes);
  return {
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
    context: mainContext(source, attributes, dockerfile),
    ...(await ownDockerfile(source, attributes, dockerfile)),
    contexts: namedContexts(source, attributes),
    secret: (id) => source.secret(id),
    credentials: (domain) => source.credentials(domain),
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
  source: SessionSource,
  attributes: ReadonlyMap<string, string>,
  dockerfile: string,
): BuildContext {
  const address = attributes.get('context');
  if (address === undefined)
    return {
      files: source.context(dockerfile, attributes.get('contextkey'), attributes.get('dockerfilekey')),
    };
  const upload = /^https?:\/\/buildkit-session(\/.*)$/.exec(address)?.[1];
  return upload === undefined ? { address } : { tar: source.upload(upload) };
}

/** The client's own Dockerfile for a context that comes from elsewhere. */
async function ownDockerfile(
  source: SessionSource,
  attributes: ReadonlyMap<string, string>,
  dockerfile: string,
): Promise<Pick<SolveOptions, 'dockerfileText'>> {
  const name = attributes.get('dockerfilekey');
  if (!attributes.has('context') || name === undefined) return {};
  const bytes = await source.directory(name).find(dockerfile);
  if (bytes === undefined)
    throw invalid(`failed to read dockerfile: open ${dockerfile}: no such file or directory`);
  return { dockerfileText: new TextDecoder().decode(bytes) };
}

function namedContexts(
  source: SessionSource,
  attributes: ReadonlyMap<string, string>,
): Record<string, BuildContext> {
  const texts = withPrefix(attributes, 'context:');
  // The platform that may stand behind a name is this engine's own.
  const named = Object.entries(texts).map(([name, value]) => [name.replace(/::[^:]*$/, ''), value] as const);
  return Object.fromEntries(named.map(([name, value]) => [name, namedContext(source, value)]));
}

function namedContext(source: SessionSource, value: string): BuildContext {
  const image = /^docker-image:(?:\/\/)?(.+)$/.exec(value)?.[1];
  if (image !== undefined) return { image };
  const local = /^local:(.+)$/.exec(value)?.[1];
  if (local !== undefined) return { files: source.directory(local) };
  if (/^(?:https?|git):|^git@/.test(value)) return { address: value };
  throw refused(`unsupported context source ${value.split(':', 1)[0]}`);
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
