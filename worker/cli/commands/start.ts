import type { ContainerInspect } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { allowNotModified, errorText, StatusError } from '../errors.ts';
import { unavailable } from '../flags/flag.ts';
import { bool, string } from '../flags/kinds.ts';
import type { Unsubscribe } from '../session.ts';
import { connectStreams, detachKeys } from '../streams.ts';
import { followSize, proxySignals } from '../terminal.ts';
import { beginWait, exitStatus } from '../wait-exit.ts';

/** Only with an engine that says so of itself. */
function experimental(usage: string) {
  return unavailable('checkpoints are', string(usage, { hidden: true }));
}

const flags = {
  attach: bool('Attach STDOUT/STDERR and forward signals', { short: 'a' }),
  checkpoint: experimental('Restore from this checkpoint'),
  'checkpoint-dir': experimental('Use a custom checkpoint storage directory'),
  'detach-keys': string('Override the key sequence for detaching a container'),
  interactive: bool("Attach container's STDIN", { short: 'i' }),
};

type StartFlags = typeof flags;

export const start = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Start one or more stopped containers',
  args: atLeast(1),
  spellings: 'docker container start, docker start',
  flags,
  async run(call) {
    if (!call.values.attach && !call.values.interactive) return startAll(call);
    if (call.args.length > 1)
      throw new StatusError(1, 'you cannot start and attach multiple containers at once');
    return startAttached(call);
  },
});

async function startAll({ engine, args, out, err }: Call<StartFlags>): Promise<number> {
  const failed: string[] = [];
  for (const name of args) {
    try {
      await allowNotModified(engine.containerStart(name));
      await out.println(name);
    } catch (error) {
      await err.println(errorText(error));
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new StatusError(1, `Error: failed to start containers: ${failed.join(', ')}`);
  return 0;
}

async function startAttached(call: Call<StartFlags>): Promise<number> {
  const { engine, session, args } = call;
  const container = await engine.containerInspect(args[0] ?? '');
  const cleanUp: Unsubscribe[] = [];
  if (!container.Config.Tty) cleanUp.push(proxySignals(session, engine, container.Id));
  try {
    return await startConnected(call, container, cleanUp);
  } finally {
    cleanUp.forEach((undo) => undo());
  }
}

async function startConnected(
  call: Call<StartFlags>,
  container: ContainerInspect,
  cleanUp: Unsubscribe[],
): Promise<number> {
  const { engine, session, values } = call;
  const { Id: id, Config: config, HostConfig: host } = container;
  const tty = config.Tty === true;
  const stdin = values.interactive && config.OpenStdin === true;
  const attached = await engine.containerAttach(id, {
    stream: true,
    stdin,
    stdout: true,
    stderr: true,
    ...detachKeys(call),
  });
  const waiting = await beginWait(engine, id, host.AutoRemove ? 'removed' : 'next-exit');
  const streams = connectStreams(session, attached, { tty, ...detachKeys(call) });
  streams.catch(() => undefined);
  try {
    await allowNotModified(engine.containerStart(id));
  } catch (error) {
    if (tty && stdin && session.tty.stdin) await session.setRaw(false);
    throw error;
  }
  if (tty && session.tty.stdout)
    cleanUp.push(followSize(session, (size) => engine.containerResize(id, size)));
  return (await streams) === 'detached' ? 0 : exitStatus(call.err, waiting);
}
