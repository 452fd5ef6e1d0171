import type { Attached, LogsOptions, OutputChunk } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { invalid, notImplemented } from '../errors.ts';
import { leaving } from '../io/leaving.ts';
import { logAttributes } from './attributes.ts';
import { LineJoiner } from './lines.ts';
import { parseLogQuery, readLog, wholeLines } from './read.ts';
import { without } from './store.ts';

type LogsContext = Pick<EngineContext, 'clock' | 'logs'>;

/** What one who follows may be behind before the container has to wait. */
const followLimit = 8 * 1024 * 1024;

/** `docker logs`. https://github.com/moby/moby/blob/v28.5.2/daemon/logs.go */
export async function containerLogs(
  context: LogsContext,
  container: Container,
  options: LogsOptions,
): Promise<Attached> {
  if (!options.stdout && !options.stderr)
    throw invalid('Bad parameters: you must choose at least one stream');
  const { config, hostConfig, output, state } = container;
  if (hostConfig.LogConfig.Type === 'none')
    throw notImplemented('configured logging driver does not support reading');
  const query = parseLogQuery(options, () => logAttributes(container));
  const follows = options.follow && state.running && !state.restarting;
  const live = follows ? output.subscribe(['stdout', 'stderr'], followLimit) : undefined;
  try {
    const reading = await context.logs.read(container.id);
    const shown = readLog(reading, query, live && { output: live, clock: context.clock });
    return { raw: config.Tty, output: leaving(shown, live) };
  } catch (error) {
    await live?.return();
    throw error;
  }
}

/** The log's lines, and what comes live from now on. As in Docker a line that has no end yet is not in the log. */
export function logAndLive(
  context: LogsContext,
  container: Container,
  streams: readonly OutputChunk['stream'][],
  live: AsyncIterableIterator<OutputChunk>,
): AsyncIterableIterator<OutputChunk> {
  return leaving(joined(context, container, streams, live), live);
}

async function* joined(
  { logs }: LogsContext,
  { id, hostConfig }: Container,
  streams: readonly OutputChunk['stream'][],
  live: AsyncIterableIterator<OutputChunk>,
): AsyncGenerator<OutputChunk> {
  try {
    if (hostConfig.LogConfig.Type === 'none') {
      yield* live;
      return;
    }
    const { records, ahead, complete } = await logs.read(id);
    for await (const { stream, bytes } of wholeLines(records, new LineJoiner(), complete))
      if (streams.includes(stream)) yield { stream, bytes };
    yield* without(ahead, live);
  } finally {
    await live.return?.();
  }
}
