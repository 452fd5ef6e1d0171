import type { ContainerInspect } from '../../protocol/engine-api.ts';
import { command, exactly } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { connectStreams, detachKeys } from '../streams.ts';
import { checkTty, proxySignals, redraw } from '../terminal.ts';
import { beginWait, exitStatus } from '../wait-exit.ts';

export const attach = command({
  usage: '[OPTIONS] CONTAINER',
  short: 'Attach local standard input, output, and error streams to a running container',
  args: exactly(1),
  spellings: 'docker container attach, docker attach',
  flags: {
    'detach-keys': string('Override the key sequence for detaching a container'),
    'no-stdin': bool('Do not attach STDIN'),
    'sig-proxy': bool('Proxy all received signals to the process', { initial: true }),
  },
  async run(call) {
    const { engine, session, values, args, err } = call;
    const container = await engine.containerInspect(args[0] ?? '');
    refuseUnlessRunning(container);
    const { Id: id, Config: config } = container;
    const tty = config.Tty === true;
    checkTty(session, !values['no-stdin'], tty);
    const stdin = !values['no-stdin'] && config.OpenStdin === true;
    const stopProxy = values['sig-proxy'] && !tty ? proxySignals(session, engine, id) : undefined;
    const waiting = await beginWait(engine, id, 'not-running');
    const attached = await engine.containerAttach(id, {
      stream: true,
      stdin,
      stdout: true,
      stderr: true,
      ...detachKeys(call),
    });
    const stopSize =
      tty && session.tty.stdout ? redraw(session, (size) => engine.containerResize(id, size)) : undefined;
    try {
      const how = await connectStreams(session, attached, { tty, ...detachKeys(call) });
      if (how === 'detached') throw new StatusError(1, 'read escape sequence');
    } finally {
      stopProxy?.();
      stopSize?.();
    }
    return exitStatus(err, waiting);
  },
});

function refuseUnlessRunning({ State }: ContainerInspect): void {
  if (!State.Running) throw new StatusError(1, 'You cannot attach to a stopped container, start it first');
  if (State.Paused) throw new StatusError(1, 'You cannot attach to a paused container, unpause it first');
  if (State.Restarting)
    throw new StatusError(1, 'You cannot attach to a restarting container, wait until it is running');
}
