import type { ExecConfig } from '../../protocol/engine-api.ts';
import { atLeast, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { readExecEnvironment } from '../env-file.ts';
import { StatusError } from '../errors.ts';
import { bool, list, string } from '../flags/kinds.ts';
import { validEnv } from '../flags/validate.ts';
import { connectStreams, detachKeys } from '../streams.ts';
import { checkTty, followSize } from '../terminal.ts';

const flags = {
  detach: bool('Detached mode: run command in the background', { short: 'd' }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  env: list('Set environment variables', { short: 'e', validate: validEnv }),
  'env-file': list('Read in a file of environment variables'),
  interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
  privileged: bool('Give extended privileges to the command'),
  tty: bool('Allocate a pseudo-TTY', { short: 't' }),
  user: string('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
  workdir: string('Working directory inside the container', { short: 'w' }),
};

type ExecFlags = typeof flags;

export const exec = command({
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  short: 'Execute a command in a running container',
  args: atLeast(2),
  spellings: 'docker container exec, docker exec',
  flags,
  optionsFirst: true,
  async run(call) {
    const { engine, session, values, args } = call;
    const [container = ''] = args;
    const config = await execConfig(call);
    await engine.containerInspect(container);
    if (!values.detach) checkTty(session, values.interactive, values.tty);
    const { Id } = await engine.execCreate(container, config);
    return values.detach ? startDetached(call, Id) : startAttached(call, Id);
  },
});

async function execConfig(call: Call<ExecFlags>): Promise<ExecConfig> {
  const { session, values, args } = call;
  const { detachKeys: keys } = detachKeys(call);
  const attach = !values.detach;
  return {
    AttachStdin: attach && values.interactive,
    AttachStdout: attach,
    AttachStderr: attach,
    Tty: values.tty,
    Env: await readExecEnvironment(session, values['env-file'], values.env),
    Cmd: args.slice(1),
    ...(keys === undefined ? {} : { DetachKeys: keys }),
    ...(values.privileged ? { Privileged: true } : {}),
    ...(values.user === '' ? {} : { User: values.user }),
    ...(values.workdir === '' ? {} : { WorkingDir: values.workdir }),
  };
}

async function startDetached({ engine, values }: Call<ExecFlags>, id: string): Promise<number> {
  await engine.execStart(id, { Detach: true, Tty: values.tty });
  return 0;
}

async function startAttached(call: Call<ExecFlags>, id: string): Promise<number> {
  const { engine, session, values } = call;
  const size = values.tty && session.tty.stdout ? session.size : undefined;
  const attached = await engine.execStart(id, {
    Tty: values.tty,
    ...(size ? { ConsoleSize: [size.rows, size.cols] } : {}),
  });
  const stop =
    values.tty && session.tty.stdin ? followSize(session, (to) => engine.execResize(id, to)) : undefined;
  const how = await connectStreams(session, attached, { tty: values.tty, ...detachKeys(call) });
  stop?.();
  if (how === 'detached') throw new StatusError(1, 'read escape sequence');
  return (await engine.execInspect(id)).ExitCode ?? 0;
}
