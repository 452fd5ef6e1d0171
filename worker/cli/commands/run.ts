import type { CreateConfig } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { containerConfig } from '../container-config.ts';
import { checkPullOption, createContainer } from '../create-container.ts';
import { errorText, StatusError } from '../errors.ts';
import { warnOfMounts } from '../options/mount.ts';
import { runFlags } from '../run-flags.ts';
import type { RunFlags } from '../run-flags.ts';
import type { Unsubscribe } from '../session.ts';
import { connectStreams, detachKeys } from '../streams.ts';
import { checkTty, followSize, proxySignals } from '../terminal.ts';
import { beginWait, exitStatus } from '../wait-exit.ts';

export const run = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create and run a new container from an image',
  args: atLeast(1),
  spellings: 'docker container run, docker run',
  flags: runFlags,
  optionsFirst: true,
  async run(call) {
    const config = await withRunStatus(
      () => configure(call),
      () => daemonFailure,
    );
    if (call.values.detach) {
      if (call.values.attach.length > 0) {
        throw new StatusError(1, 'conflicting options: cannot specify both --attach and --detach');
      }
      return runContainer(call, detached(config));
    }
    checkTty(call.session, config.AttachStdin === true, config.Tty === true);
    return runContainer(call, config);
  },
});

async function configure(call: Call<RunFlags>): Promise<CreateConfig> {
  checkPullOption(call.values.pull);
  await warnOfMounts(call.session, call.err, call.values.mount);
  return containerConfig(call, call.args);
}

function detached(config: CreateConfig): CreateConfig {
  return { ...config, AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false };
}

async function runContainer(call: Call<RunFlags>, config: CreateConfig): Promise<number> {
  const { engine, session, values } = call;
  const id = await withRunStatus(() => createContainer(call, config, values));
  const cleanUp: Unsubscribe[] = [];
  if (values['sig-proxy'] && !values.detach) cleanUp.push(proxySignals(session, engine, id));
  try {
    return await (values.detach ? startDetached(call, id) : startAttached(call, config, id, cleanUp));
  } finally {
    cleanUp.forEach((undo) => undo());
  }
}

async function startDetached({ engine, values, out }: Call<RunFlags>, id: string): Promise<number> {
  await out.println(id);
  await withRunStatus(async () => {
    await beginWait(engine, id, values.rm ? 'removed' : 'next-exit');
    await engine.containerStart(id);
  });
  return 0;
}

async function startAttached(
  call: Call<RunFlags>,
  config: CreateConfig,
  id: string,
  cleanUp: Unsubscribe[],
): Promise<number> {
  const { engine, session, values } = call;
  const tty = config.Tty === true;
  const attached = await withRunStatus(() =>
    engine.containerAttach(id, { ...attachOptions(config), ...detachKeys(call) }),
  );
  const waiting = await beginWait(engine, id, values.rm ? 'removed' : 'next-exit');
  const streams = connectStreams(session, attached, { tty, ...detachKeys(call) });
  streams.catch(() => undefined);
  try {
    await withRunStatus(() => engine.containerStart(id));
  } catch (error) {
    if (tty && session.tty.stdin) await session.setRaw(false);
    if (values.rm) await waiting.result.catch(() => undefined);
    throw error;
  }
  if (tty && session.tty.stdout)
    cleanUp.push(followSize(session, (size) => engine.containerResize(id, size)));
  const outputs = config.AttachStdout || config.AttachStderr;
  const how = await (outputs ? streams : Promise.race([streams, waiting.result]));
  if (how === 'detached') return 0;
  return exitStatus(call.err, waiting);
}

function attachOptions(config: CreateConfig) {
  return {
    stream: true,
    stdin: config.AttachStdin === true,
    stdout: config.AttachStdout === true,
    stderr: config.AttachStderr === true,
  };
}

const daemonFailure = 125;

/** What fails before the container runs ends `docker run` with 125, 126 or 127, by what the text says. */
async function withRunStatus<T>(work: () => Promise<T>, status = runStatus): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = errorText(error);
    throw new StatusError(status(text), `docker: ${text}\n\nRun 'docker run --help' for more information`);
  }
}

function runStatus(text: string): number {
  if (/executable file not found|no such file or directory/.test(text)) return 127;
  return /permission denied|is a directory/.test(text) ? 126 : daemonFailure;
}
