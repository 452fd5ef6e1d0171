import { familiarReference, parseReference, withDefaultTag } from '../oci/reference.ts';
import type { Reference } from '../oci/reference.ts';
import type { CreateConfig, Created, EngineApi } from '../protocol/engine-api.ts';
import { isNotFound, StatusError } from './errors.ts';
import { showProgress } from './progress.ts';
import { progressWidth, pullQuietly, requestPull } from './pull.ts';
import type { ClientSession } from './session.ts';
import type { Printer } from './text.ts';

export interface CreateOptions {
  readonly name: string;
  readonly platform: string;
  readonly pull: string;
  readonly quiet: boolean;
  readonly cidfile: string;
}

export interface CreateCall {
  readonly engine: EngineApi;
  readonly session: ClientSession;
  readonly err: Printer;
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
  const reference = imageReference(config.Image ?? '');
  await refuseOldIdFile(call.session, options.cidfile);
  if (options.pull === 'always' && reference) await pullImage(call, reference, options);
  const created = await createOrPull(call, config, options, reference);
  for (const warning of created.Warnings ?? []) await call.err.println(`WARNING: ${warning}`);
  if (options.cidfile !== '') {
    await call.session.files.write(options.cidfile, new TextEncoder().encode(created.Id));
  }
  return created.Id;
}

async function createOrPull(
  call: CreateCall,
  config: CreateConfig,
  options: CreateOptions,
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

function requestCreate(call: CreateCall, config: CreateConfig, options: CreateOptions): Promise<Created> {
  return call.engine.containerCreate(config, {
    ...(options.name === '' ? {} : { name: options.name }),
    ...(options.platform === '' ? {} : { platform: options.platform }),
  });
}

async function pullImage(call: CreateCall, reference: Reference, options: CreateOptions): Promise<void> {
  const progress = await requestPull(call.engine, reference, options.platform);
  if (options.quiet) return pullQuietly(progress);
  return showProgress(progress, call.err, progressWidth(call.session, 'stderr'));
}

/** An image ID in full is no reference: there is nothing to be pulled by it. */
function imageReference(image: string): Reference | undefined {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return undefined;
  return withDefaultTag(parseReference(image));
}

async function refuseOldIdFile(session: ClientSession, path: string): Promise<void> {
  if (path === '' || !(await session.files.exists(path))) return;
  throw new StatusError(
    1,
    `container ID file found, make sure the other container isn't running or delete ${path}`,
  );
}
