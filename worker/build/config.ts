import type { ContainerConfig } from '../protocol/engine-api.ts';

const defaultShell = ['/bin/sh', '-c'];
const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The config that a stage begins with: its base's, without what only containers have. */
export function stageConfig(base: ContainerConfig): ContainerConfig {
  const config = { ...structuredClone(base), OpenStdin: false, StdinOnce: false };
  const env = config.Env ?? [];
  return env.some((entry) => entry.startsWith('PATH=')) ? config : { ...config, Env: [...env, defaultPath] };
}

export function shellOf({ Shell }: ContainerConfig): string[] {
  return Shell?.length ? [...Shell] : defaultShell;
}

/**
 * As Go writes a config: the members that are always there, in their order.
 * https://github.com/moby/moby/blob/v28.5.2/api/types/container/config.go
 */
export function written(config: ContainerConfig): ContainerConfig {
  const { Hostname = '', Domainname = '', User = '', Tty = false, Image = '', WorkingDir = '' } = config;
  return {
    Hostname,
    Domainname,
    User,
    AttachStdin: config.AttachStdin ?? false,
    AttachStdout: config.AttachStdout ?? false,
    AttachStderr: config.AttachStderr ?? false,
    ...(config.ExposedPorts &&
      Object.keys(config.ExposedPorts).length > 0 && { ExposedPorts: sorted(config.ExposedPorts) }),
    Tty,
    OpenStdin: config.OpenStdin ?? false,
    StdinOnce: config.StdinOnce ?? false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    ...(config.Healthcheck && { Healthcheck: config.Healthcheck }),
    ...(config.ArgsEscaped && { ArgsEscaped: true }),
    Image,
    Volumes: config.Volumes ? sorted(config.Volumes) : null,
    WorkingDir,
    Entrypoint: config.Entrypoint ?? null,
    ...(config.NetworkDisabled && { NetworkDisabled: true }),
    ...(config.MacAddress && { MacAddress: config.MacAddress }),
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ? sorted(config.Labels) : null,
    ...(config.StopSignal && { StopSignal: config.StopSignal }),
    ...(typeof config.StopTimeout === 'number' && { StopTimeout: config.StopTimeout }),
    ...(config.Shell?.length && { Shell: config.Shell }),
  };
}

/** The same text for configs that make the same step: what is only a container's does not count. */
export function cacheKey(config: ContainerConfig): string {
  const { Hostname: _, Domainname: __, Image: ___, ...rest } = written(config);
  const lists = {
    Env: rest.Env ?? [],
    Cmd: rest.Cmd ?? [],
    Entrypoint: rest.Entrypoint ?? [],
    OnBuild: rest.OnBuild ?? [],
  };
  const maps = { Volumes: rest.Volumes ?? {}, Labels: rest.Labels ?? {} };
  return JSON.stringify({ ...rest, ...lists, ...maps });
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
