import { familiarReference, parseReference, withDefaultTag } from '../oci/reference.ts';
import type { Reference } from '../oci/reference.ts';
import type { CreateConfig, Created, EngineApi, Mount } from '../protocol/engine-api.ts';
import type { ClientConfig } from './client-config.ts';
import { errorText, isNotFound, StatusError } from './errors.ts';
import { isLoopback } from './flags/ip.ts';
import { readBool } from './flags/numbers.ts';
import { normalPlatform } from './options/platform.ts';
import { parentPath } from './path.ts';
import { showProgress } from './progress.ts';
import { progressWidth, pullQuietly, requestPull } from './pull.ts';
import type { ClientSession } from './session.ts';
import { encodeText } from './text.ts';
import type { Printer } from './text.ts';

export interface CreateOptions {
  readonly name: string;
  readonly platform: string;
  readonly pull: string;
  readonly quiet: boolean;
  readonly cidfile: string;
  readonly 'use-api-socket': boolean;
  readonly 'disable-content-trust': boolean;
}

export interface CreateCall {
  readonly engine: EngineApi;
  readonly session: ClientSession;
  readonly config: ClientConfig;
  readonly err: Printer;
  readonly mentioned: ReadonlySet<string>;
}

export function checkPullOption(pull: string): void {
  if (['always', 'missing', 'never', ''].includes(pull)) return;
  throw new StatusError(1, `invalid pull option: '${pull}': must be one of "always", "missing" or "never"`);
}

/** Creates a container, pulling its image where `--pull` says so; returns its ID. */
export async function createContainer(
  call: CreateCall,
  config: CreateConfig,
  options: CreateOptions,
): Promise<string> {
  await checkIdFile(call.session, options.cidfile);
  const reference = imageReference(config.Image ?? '');
  refuseContentTrust(call, options);
  const request = onTerminal(call.session, options['use-api-socket'] ? withApiSocket(config) : config);
  const platform = options.platform === '' ? '' : normalPlatform(options.platform);
  if (options.pull === 'always' && reference) await pullImage(call, reference, options);
  const created = await createOrPull(call, request, { ...options, createPlatform: platform }, reference);
  for (const warning of [...(created.Warnings ?? []), ...resolverWarnings(config)]) {
    await call.err.println(`WARNING: ${warning}`);
  }
  if (options.cidfile !== '') await call.session.files.write(options.cidfile, encodeText(created.Id));
  return created.Id;
}

/** The engine gives a terminal of the container the size of the client's from the start. */
function onTerminal({ tty, size }: ClientSession, config: CreateConfig): CreateConfig {
  if (!tty.stdout || !size) return config;
  return { ...config, HostConfig: { ...config.HostConfig, ConsoleSize: [size.rows, size.cols] } };
}

const engineSocket: Mount = {
  Type: 'bind',
  Source: '/var/run/docker.sock',
  Target: '/var/run/docker.sock',
  BindOptions: {},
};

function withApiSocket(config: CreateConfig): CreateConfig {
  const mounts = [...(config.HostConfig?.Mounts ?? []), engineSocket];
  return { ...config, HostConfig: { ...config.HostConfig, Mounts: mounts } };
}

/** Docker verifies images when asked to; nobody may believe that it was done here. */
function refuseContentTrust({ session, mentioned }: CreateCall, options: CreateOptions): void {
  const asked = mentioned.has('disable-content-trust')
    ? !options['disable-content-trust']
    : isOn(session.env.get('DOCKER_CONTENT_TRUST') ?? '');
  if (asked) throw new StatusError(1, 'content trust is not available in Bottleship');
}

function isOn(text: string): boolean {
  try {
    return readBool(text);
  } catch {
    return false;
  }
}

function resolverWarnings({ HostConfig }: CreateConfig): string[] {
  const loopback = (HostConfig?.Dns ?? []).find(isLoopback);
  return loopback === undefined ? [] : [`Localhost DNS (${loopback}) may fail in containers.`];
}

interface RequestOptions extends CreateOptions {
  readonly createPlatform: string;
}

async function createOrPull(
  call: CreateCall,
  config: CreateConfig,
  options: RequestOptions,
  reference: Reference | undefined,
): Promise<Created> {
  try {
    return await requestCreate(call, config, options);
  } catch (error) {
    if (!isNotFound(error) || !reference || options.pull !== 'missing') throw error;
    if (!options.quiet) {
      await call.err.println(`Unable to find image '${familiarReference(reference)}' locally`);
    }
    await pullImage(call, reference, options);
    return requestCreate(call, config, options);
  }
}

function requestCreate(call: CreateCall, config: CreateConfig, options: RequestOptions): Promise<Created> {
  return call.engine.containerCreate(config, {
    ...(options.name === '' ? {} : { name: options.name }),
    ...(options.createPlatform === '' ? {} : { platform: options.createPlatform }),
  });
}

async function pullImage(call: CreateCall, reference: Reference, options: CreateOptions): Promise<void> {
  const progress = await requestPull(call.engine, reference, options.platform, call.config);
  if (options.quiet) return pullQuietly(progress);
  return showProgress(progress, call.err, progressWidth(call.session, 'stderr'));
}

/** An image ID in full is no reference: there is nothing to be pulled by it. */
function imageReference(image: string): Reference | undefined {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return undefined;
  return withDefaultTag(parseReference(image));
}

/** The file must not be there yet, and it must be possible to make it. */
async function checkIdFile({ files }: ClientSession, path: string): Promise<void> {
  if (path === '') return;
  if (await files.exists(path).catch(() => false)) {
    const why = `make sure the other container isn't running or delete ${path}`;
    throw new StatusError(1, `container ID file found, ${why}`);
  }
  const missing = await files.exists(parentPath(path)).then(
    (there) => (there ? undefined : 'no such file or directory'),
    (error: unknown) => errorText(error).split(': ').at(-1),
  );
  if (missing !== undefined) {
    throw new StatusError(1, `failed to create the container ID file: open ${path}: ${missing}`);
  }
}
