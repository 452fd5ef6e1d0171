import type { HostConfig } from '../../protocol/engine-api.ts';

/** Whose namespace `container:NAME` means, if it means one. */
export function otherContainer(mode: string | undefined): string | undefined {
  return mode?.startsWith('container:') ? mode.slice('container:'.length) : undefined;
}

type Modes = Pick<HostConfig, 'IpcMode' | 'PidMode' | 'UTSMode' | 'CgroupnsMode'>;

/** Which of the modes is none, in Docker's words. https://github.com/moby/moby/blob/v28.5.2/api/types/container/hostconfig.go */
export function modeProblem({ IpcMode = '', PidMode = '', UTSMode = '' }: Modes): string | undefined {
  if (!['', 'none', 'private', 'shareable', 'host'].includes(IpcMode) && !IpcMode.startsWith('container:'))
    return `invalid IPC mode: ${IpcMode}`;
  if (!['', 'host'].includes(PidMode) && !otherContainer(PidMode)) return `invalid PID mode: ${PidMode}`;
  if (!['', 'host'].includes(UTSMode)) return `invalid UTS mode: ${UTSMode}`;
  return undefined;
}
