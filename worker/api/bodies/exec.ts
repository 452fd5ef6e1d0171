import { bool, list, string, struct, uintPair } from '../json/schema.ts';

export const execOptions = struct('container.ExecOptions', {
  User: string,
  Privileged: bool,
  Tty: bool,
  ConsoleSize: uintPair,
  AttachStdin: bool,
  AttachStderr: bool,
  AttachStdout: bool,
  DetachKeys: string,
  Env: list(string),
  WorkingDir: string,
  Cmd: list(string),
});

export const execStartOptions = struct('container.ExecStartOptions', {
  Detach: bool,
  Tty: bool,
  ConsoleSize: uintPair,
});
