import type { CreateConfig } from '../protocol/engine-api.ts';
import { readEnvironment, readLabels } from './env-file.ts';
import { StatusError } from './errors.ts';
import type { FlagValues } from './flags/flag.ts';
import { cut } from './flags/kinds.ts';
import { numberError } from './flags/numbers.ts';
import { hostConfig } from './host-config.ts';
import type { ContainerFlags } from './run-flags.ts';
import type { ClientSession } from './session.ts';

/** What `docker run` and `docker create` ask the engine for. */
export async function containerConfig(
  session: ClientSession,
  values: FlagValues<ContainerFlags>,
  mentioned: ReadonlySet<string>,
  [image = '', ...command]: readonly string[],
): Promise<CreateConfig> {
  const labels = await readLabels(session, values['label-file'], values.label);
  return {
    Image: image,
    ...(command.length > 0 ? { Cmd: command } : {}),
    ...entrypoint(values.entrypoint, mentioned),
    ...attachment(values),
    Env: await readEnvironment(session, values['env-file'], values.env),
    ...texts(values),
    ...(mentioned.has('stop-timeout') ? { StopTimeout: values['stop-timeout'] } : {}),
    ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}),
    ...exposedPorts(values.expose),
    HostConfig: await hostConfig(session, values, mentioned),
  };
}

/** Naming no stream means both outputs, and `-i` standard input too. */
function attachment(values: FlagValues<ContainerFlags>): CreateConfig {
  const asked = new Set(values.attach);
  const stdin = values.interactive || asked.has('stdin');
  return {
    AttachStdin: stdin,
    AttachStdout: asked.size === 0 || asked.has('stdout'),
    AttachStderr: asked.size === 0 || asked.has('stderr'),
    Tty: values.tty,
    OpenStdin: values.interactive,
    StdinOnce: values.interactive && stdin,
  };
}

/** An entrypoint that is given as empty takes the image's away. */
function entrypoint(text: string, mentioned: ReadonlySet<string>): CreateConfig {
  return mentioned.has('entrypoint') ? { Entrypoint: [text] } : {};
}

function texts(values: FlagValues<ContainerFlags>): CreateConfig {
  return {
    ...(values.hostname === '' ? {} : { Hostname: values.hostname }),
    ...(values.domainname === '' ? {} : { Domainname: values.domainname }),
    ...(values.user === '' ? {} : { User: values.user }),
    ...(values.workdir === '' ? {} : { WorkingDir: values.workdir }),
    ...(values['stop-signal'] === '' ? {} : { StopSignal: values['stop-signal'] }),
  };
}

function exposedPorts(ranges: readonly string[]): CreateConfig {
  if (ranges.length === 0) return {};
  const ports = ranges.flatMap((range) => portsOf(range));
  return { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) };
}

/** `80`, `80/udp`, `8000-8010/tcp`. */
function portsOf(text: string): string[] {
  if (text.includes(':')) throw new StatusError(1, `invalid port format for --expose: ${text}`);
  const [range, protocol = 'tcp'] = cut(text, '/');
  const [first, last = first] = cut(range, '-');
  for (const part of [first, last]) {
    if (/^\d+$/.test(part) && Number(part) < 65536) continue;
    const why = numberError('ParseUint', part, 'invalid syntax').message;
    throw new StatusError(1, `invalid range format for --expose: ${text}, error: ${why}`);
  }
  const count = Number(last) - Number(first) + 1;
  if (count < 1)
    throw new StatusError(
      1,
      `invalid range format for --expose: ${text}, error: invalid range specified for port: ${range}`,
    );
  return Array.from({ length: count }, (_, at) => `${Number(first) + at}/${protocol}`);
}
