import type { EngineApi, EventMessage } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { ListFormat } from '../format/listing.ts';
import { StatsBoard } from '../stats-board.ts';
import { statsListing } from '../stats-listing.ts';
import { untilAborted } from '../streams.ts';

const flags = {
  all: bool('Show all containers (default shows just running)', { short: 'a' }),
  format: listFormatFlag,
  'no-stream': bool('Disable streaming stats and only pull the first result'),
  'no-trunc': bool('Do not truncate output'),
};

type StatsCall = Call<typeof flags>;

export const stats = command({
  usage: '[OPTIONS] [CONTAINER...]',
  short: 'Display a live stream of container(s) resource usage statistics',
  args: atLeast(0),
  spellings: 'docker container stats, docker stats',
  flags,
  async run(call) {
    const board = new StatsBoard(call.engine, !call.values['no-stream']);
    const stop = new AbortController();
    try {
      await (call.args.length === 0 ? watchAll(call, board, stop.signal) : watchNamed(call.args, board));
      await show(call, board);
    } finally {
      stop.abort();
      board.close();
    }
  },
});

async function watchNamed(names: readonly string[], board: StatsBoard): Promise<void> {
  names.forEach((name) => board.add(name));
  await board.settled();
  const failures = board.failures();
  if (failures.length > 0) throw new StatusError(1, failures.map(errorText).join('\n'));
}

/** Events are listened to before the containers are listed, so that none is missed in between. */
async function watchAll({ engine, values }: StatsCall, board: StatsBoard, stop: AbortSignal): Promise<void> {
  const happenings = await engine.events({ filters: { type: ['container'] } });
  void follow(happenings, board, values.all, stop);
  await addListed(engine, board, values.all);
  await board.settled();
}

async function addListed(engine: EngineApi, board: StatsBoard, all: boolean): Promise<void> {
  const containers = await engine.containerList(all ? { all } : {});
  containers.forEach(({ Id }) => board.add(Id));
}

async function follow(
  happenings: AsyncIterable<EventMessage>,
  board: StatsBoard,
  all: boolean,
  stop: AbortSignal,
): Promise<void> {
  try {
    for await (const { Action, Actor } of untilAborted(happenings, stop)) {
      if (Action === 'start' || (all && Action === 'create')) board.add(Actor.ID);
      else if (Action === 'die' && !all) board.remove(Actor.ID);
    }
  } catch {
    // Without events the containers that are known are shown on.
  }
}

const interval = 500;

async function show({ session, config, values, args, out }: StatsCall, board: StatsBoard): Promise<void> {
  const format = new ListFormat(statsListing, {
    format: values.format || config.statsFormat,
    full: values['no-trunc'],
  });
  if (values['no-stream']) return out.print(format.render(board.rows()));
  while (!session.gone.aborted) {
    await out.print(screen(format.render(board.rows())));
    if (board.size === 0 && args.length > 0) return;
    await pause(interval, session.gone);
  }
}

/** Written over what was there: from the top left, each line to its end, and nothing after the last. */
function screen(table: string): string {
  const text = `\x1b[H${table}`;
  const lines = text.split('\n').map((line) => `${line} \x1b[K\n`);
  return `${text}${lines.join('')}\x1b[J`;
}

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
