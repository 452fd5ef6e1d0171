import type { ContainerConfig, CreateConfig } from '../protocol/engine-api.ts';
import type { ClientConfig } from './client-config.ts';
import { readEnvironment, readLabels } from './env-file.ts';
import type { FlagValues } from './flags/flag.ts';
import { hostConfig } from './host-config.ts';
import { healthcheck } from './options/health.ts';
import { endpoints } from './options/network.ts';
import { ports } from './options/ports.ts';
import { readVolumes } from './options/volume-spec.ts';
import type { ContainerFlags } from './run-flags.ts';
import type { ClientSession } from './session.ts';

type Values = FlagValues<ContainerFlags>;

/** Of the call what its configuration comes from. */
export interface ConfigCall {
  readonly session: ClientSession;
  readonly config: ClientConfig;
  readonly values: Values;
  readonly mentioned: ReadonlySet<string>;
}

/** What `docker run` and `docker create` ask the engine for: every field, as Docker's client sends it. */
export async function containerConfig(
  { session, config, values, mentioned }: ConfigCall,
  [image = '', ...command]: readonly string[],
): Promise<CreateConfig> {
  const volumes = readVolumes(values.volume, session.cwd);
  const { exposed, bindings } = ports(values.publish, values.expose);
  const host = await hostConfig(session, values, mentioned);
  return {
    ...attachment(values),
    ...texts(values),
    Env: orNull(await readEnvironment(session, config, values['env-file'], values.env)),
    Cmd: orNull(command),
    Image: image,
    Volumes: volumes.volumes,
    Entrypoint: entrypoint(values.entrypoint, mentioned),
    OnBuild: null,
    Labels: await readLabels(session, values['label-file'], values.label),
    ...optional(values, mentioned),
    ...(Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {}),
    HostConfig: { ...host, Binds: orNull(volumes.binds), PortBindings: bindings },
    NetworkingConfig: { EndpointsConfig: endpoints(values) },
  };
}

/** Naming no stream means both outputs, and `-i` standard input too. */
function attachment(values: Values): ContainerConfig {
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
function entrypoint(text: string, mentioned: ReadonlySet<string>): string[] | null {
  return mentioned.has('entrypoint') ? [text] : null;
}

function texts(values: Values): ContainerConfig {
  return {
    Hostname: values.hostname,
    Domainname: values.domainname,
    User: values.user,
    WorkingDir: values.workdir,
  };
}

/** What is only sent when it was asked for. */
function optional(values: Values, mentioned: ReadonlySet<string>): ContainerConfig {
  const health = healthcheck(values);
  return {
    ...(values['stop-signal'] === '' ? {} : { StopSignal: values['stop-signal'] }),
    ...(mentioned.has('stop-timeout') ? { StopTimeout: values['stop-timeout'] } : {}),
    ...(health ? { Healthcheck: health } : {}),
  };
}

function orNull(items: string[]): string[] | null {
  return items.length > 0 ? items : null;
}
