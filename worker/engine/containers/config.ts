import type { RunConfig } from '../../oci/imageconfig.ts';
import type { ContainerConfig, Healthcheck as Health } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';
import { cleanPath } from '../volumes/mountconfig.ts';
import { envName } from '../spec/env.ts';
import { mergeHealthcheck, validateHealthcheck } from './healthcheck.ts';

/** A container's `Config` as inspect shows it: the request, with the image's presets and Docker's defaults. */
export interface FullConfig extends ContainerConfig {
  Hostname: string;
  Domainname: string;
  User: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  Env: string[] | null;
  Cmd: string[] | null;
  Image: string;
  Volumes: Record<string, object> | null;
  WorkingDir: string;
  Entrypoint: string[] | null;
  OnBuild: string[] | null;
  Labels: Record<string, string>;
}

/** Merges a request with the image's presets. https://github.com/moby/moby/blob/v28.5.2/daemon/commit.go (merge) */
export function fullConfig(request: ContainerConfig, image: RunConfig, hostname: string): FullConfig {
  const { entrypoint, cmd } = mergeCommand(request, image);
  const StopSignal = request.StopSignal || image.StopSignal;
  const Healthcheck = mergeHealthcheck(request.Healthcheck, image.Healthcheck as Health);
  const ports = { ...image.ExposedPorts, ...request.ExposedPorts };
  return {
    Hostname: request.Hostname || hostname,
    Domainname: request.Domainname ?? '',
    User: request.User || (image.User ?? ''),
    AttachStdin: request.AttachStdin ?? false,
    AttachStdout: request.AttachStdout ?? false,
    AttachStderr: request.AttachStderr ?? false,
    ...(Object.keys(ports).length > 0 && { ExposedPorts: ports }),
    Tty: request.Tty ?? false,
    OpenStdin: request.OpenStdin ?? false,
    StdinOnce: request.StdinOnce ?? false,
    Env: mergeEnv(request.Env ?? [], image.Env ?? []),
    Cmd: cmd,
    ...(Healthcheck && { Healthcheck }),
    ...(request.ArgsEscaped && { ArgsEscaped: true }),
    Image: request.Image ?? '',
    Volumes: mergeVolumes(request, image),
    WorkingDir: workingDir(request.WorkingDir || (image.WorkingDir ?? '')),
    Entrypoint: entrypoint,
    ...(request.NetworkDisabled && { NetworkDisabled: true }),
    OnBuild: request.OnBuild ?? null,
    Labels: { ...image.Labels, ...request.Labels },
    ...(StopSignal && { StopSignal }),
    ...(typeof request.StopTimeout === 'number' && { StopTimeout: request.StopTimeout }),
    ...(request.Shell?.length && { Shell: request.Shell }),
  };
}

/** What is executed. Throws Docker's text where there is nothing. */
export function commandOf({ Entrypoint, Cmd }: Pick<FullConfig, 'Entrypoint' | 'Cmd'>): {
  path: string;
  args: string[];
} {
  const [path, ...args] = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  if (path === undefined) throw invalid('no command specified');
  return { path, args };
}

/** Throws on what no container can have, before the image is looked at. */
export function validateConfig(
  { WorkingDir, Env, StopSignal, Healthcheck }: ContainerConfig,
  parseSignal: (text: string) => number,
): void {
  if (WorkingDir) workingDir(WorkingDir);
  if (StopSignal) parseSignal(StopSignal);
  const nameless = Env?.find((entry) => envName(entry) === '');
  if (nameless !== undefined) throw invalid(`invalid environment variable: ${nameless}`);
  validateHealthcheck(Healthcheck);
}

/** The image's command counts only without an entrypoint of one's own; `[""]` is none at all. */
function mergeCommand(
  request: ContainerConfig,
  image: RunConfig,
): { entrypoint: string[] | null; cmd: string[] | null } {
  const own = request.Entrypoint ?? [];
  const inherits = own.length === 0;
  const cmd = inherits && !request.Cmd?.length ? image.Cmd : request.Cmd;
  const entrypoint = inherits && !request.Entrypoint ? image.Entrypoint : own;
  const none = !entrypoint?.length || (entrypoint.length === 1 && entrypoint[0] === '');
  return { entrypoint: none ? null : [...entrypoint], cmd: cmd ? [...cmd] : null };
}

function mergeEnv(own: readonly string[], image: readonly string[]): string[] | null {
  const names = new Set(own.map(envName));
  const env = [...own, ...image.filter((entry) => !names.has(envName(entry)))];
  return env.length > 0 ? env : null;
}

function mergeVolumes(request: ContainerConfig, image: RunConfig): Record<string, object> | null {
  const volumes = { ...image.Volumes, ...request.Volumes };
  return Object.keys(volumes).length > 0 ? volumes : null;
}

function workingDir(path: string): string {
  if (path === '') return '';
  if (!path.startsWith('/'))
    throw invalid(`the working directory '${path}' is invalid, it needs to be an absolute path`);
  return cleanPath(path);
}
