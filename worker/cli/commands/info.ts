import type { Info } from '../../protocol/engine-api.ts';
import { client } from '../client-version.ts';
import { command, noArgs } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { objectFormatFlag } from '../flags/format.ts';
import { ObjectFormat } from '../format/object.ts';
import { bytesSize } from '../format/size.ts';
import { typed } from '../template/values.ts';
import { dockerInfo } from '../types/info.ts';

export const info = command({
  usage: '[OPTIONS]',
  short: 'Display system-wide information',
  args: noArgs,
  spellings: 'docker system info, docker info',
  flags: { format: objectFormatFlag },
  async run({ engine, values, debug, out, err }) {
    const format = values.format === '' ? undefined : new ObjectFormat(values.format);
    let failure: unknown;
    const server = await engine.info().catch((error: unknown) => void (failure = error));
    if (format) await format.print(out, typed(dockerInfo, { ...server, ClientInfo: clientInfo(debug) }));
    else
      await out.print(
        [...clientLines(debug), '', 'Server:', ...(server ? serverLines(server) : []), ''].join('\n'),
      );
    if (!format) for (const warning of server?.Warnings ?? []) await err.println(warning);
    if (failure !== undefined) throw new StatusError(1, errorText(failure));
  },
});

/** What needs the engine to be known is not there. */
function clientInfo(debug: boolean): object {
  return { Debug: debug, ...client, ApiVersion: '', Plugins: [], Warnings: null };
}

function clientLines(debug: boolean): string[] {
  return [
    `Client:${client.Platform.Name === '' ? '' : ` ${client.Platform.Name}`}`,
    ` Version:    ${client.Version}`,
    ` Context:    ${client.Context}`,
    ` Debug Mode: ${debug}`,
  ];
}

function serverLines(server: Info): string[] {
  return [
    ` Containers: ${server.Containers}`,
    `  Running: ${server.ContainersRunning}`,
    `  Paused: ${server.ContainersPaused}`,
    `  Stopped: ${server.ContainersStopped}`,
    ` Images: ${server.Images}`,
    ` Server Version: ${server.ServerVersion}`,
    ` Storage Driver: ${server.Driver}`,
    ...server.DriverStatus.map(([name, value]) => `  ${name}: ${value}`),
    ` Logging Driver: ${server.LoggingDriver}`,
    ` Cgroup Driver: ${server.CgroupDriver}`,
    ` Cgroup Version: ${server.CgroupVersion}`,
    ' Plugins:',
    `  Volume: ${server.Plugins.Volume.join(' ')}`,
    `  Network: ${server.Plugins.Network.join(' ')}`,
    `  Log: ${server.Plugins.Log.join(' ')}`,
    ` Swarm: ${server.Swarm.LocalNodeState}`,
    ` Runtimes: ${Object.keys(server.Runtimes).join(' ')}`,
    ` Default Runtime: ${server.DefaultRuntime}`,
    ` Init Binary: ${server.InitBinary}`,
    ...securityLines(server.SecurityOptions),
    ...machineLines(server),
  ];
}

/** `name=seccomp,profile=builtin`: the name, and what is said of it below. */
function securityLines(options: readonly string[]): string[] {
  if (options.length === 0) return [];
  const lines = options.flatMap((option) => {
    const parts = option.split(',').map((part) => part.split('='));
    const name = parts.find(([key]) => key === 'name')?.[1] ?? option;
    const rest = parts.filter(([key]) => key !== 'name');
    return [`  ${name}`, ...rest.map(([key = '', value = '']) => `   ${capitalized(key)}: ${value}`)];
  });
  return [' Security Options:', ...lines];
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function machineLines(server: Info): string[] {
  return [
    ` Kernel Version: ${server.KernelVersion}`,
    ` Operating System: ${server.OperatingSystem}`,
    ` OSType: ${server.OSType}`,
    ` Architecture: ${server.Architecture}`,
    ` CPUs: ${server.NCPU}`,
    ` Total Memory: ${bytesSize(server.MemTotal)}`,
    ` Name: ${server.Name}`,
    ` ID: ${server.ID}`,
    ` Docker Root Dir: ${server.DockerRootDir}`,
    ` Debug Mode: ${server.Debug}`,
    ...(server.Labels.length === 0 ? [] : [' Labels:', ...server.Labels.map((label) => `  ${label}`)]),
    ` Experimental: ${server.ExperimentalBuild}`,
    ` Live Restore Enabled: ${server.LiveRestoreEnabled}`,
  ];
}
