import type { ExecConfig, ExecInspect } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import type { Container } from '../containers/container.ts';
import type { Deferred } from '../deferred.ts';
import { parseDetachKeys } from '../io/detachkeys.ts';

/** A further process in a container, before, while and after it runs. */
export interface Exec {
  readonly id: string;
  readonly container: Container;
  readonly config: ExecConfig & { readonly Cmd: string[] };
  running: boolean;
  started: boolean;
  /** Settled when the process is there, or cannot be started. */
  readonly launched: Deferred<void>;
  exitCode: number | null;
  pid: number;
  /** The agent's number for it, once it is started. */
  process: number | undefined;
  /** The stream of its terminal, while it runs. */
  terminal: number | undefined;
  finishedAt: Instant | undefined;
  /** Somebody has inspected it since it finished. */
  endTold: boolean;
}

export function inspectExec(exec: Exec): ExecInspect {
  const { config, container } = exec;
  const [entrypoint = '', ...args] = config.Cmd;
  return {
    ID: exec.id,
    Running: exec.running,
    ExitCode: exec.exitCode,
    Pid: exec.pid,
    ContainerID: container.id,
    OpenStdin: config.AttachStdin ?? false,
    OpenStdout: config.AttachStdout ?? false,
    OpenStderr: config.AttachStderr ?? false,
    CanRemove: false,
    DetachKeys: base64(config.DetachKeys ? parseDetachKeys(config.DetachKeys) : undefined),
    ProcessConfig: {
      tty: config.Tty ?? false,
      entrypoint,
      arguments: args,
      privileged: config.Privileged ?? false,
      ...(config.User && { user: config.User }),
    },
  };
}

/** As Go writes bytes in JSON. */
function base64(bytes: Uint8Array = new Uint8Array()): string {
  return btoa(String.fromCharCode(...bytes));
}
