import { formatReference } from '../oci/reference.ts';
import type { Reference } from '../oci/reference.ts';
import type { EngineApi, ProgressMessage } from '../protocol/engine-api.ts';
import type { ClientConfig } from './client-config.ts';
import { authFor } from './credentials.ts';
import { showProgress } from './progress.ts';
import type { ClientSession } from './session.ts';
import type { Printer } from './text.ts';

/** Asks the engine for an image; the progress is the answer. */
export function requestPull(
  engine: EngineApi,
  reference: Reference,
  platform: string,
  config: ClientConfig,
): Promise<AsyncIterable<ProgressMessage>> {
  const { tag, digest, ...repository } = reference;
  return engine.imageCreate({
    fromImage: formatReference(repository),
    tag: digest ?? tag ?? '',
    ...(platform === '' ? {} : { platform }),
    ...authFor(config, reference),
  });
}

/** Columns for progress on that stream, as a terminal has them. */
export function progressWidth(session: ClientSession, stream: 'stdout' | 'stderr'): number | undefined {
  return session.tty[stream] ? (session.size?.cols ?? 200) : undefined;
}

/** Pulls to its end, showing nothing. @throws StatusError when it fails. */
export async function pullQuietly(messages: AsyncIterable<ProgressMessage>): Promise<void> {
  await showProgress(messages, silent, undefined);
}

const silent = { print: () => Promise.resolve() } as unknown as Printer;
