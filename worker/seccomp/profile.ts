/**
 * A seccomp profile as Docker takes it in `--security-opt seccomp=`: OCI's `linux.seccomp` with conditions.
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp
 */
export interface SeccompProfile {
  readonly defaultAction?: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly archMap?: readonly unknown[];
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly syscalls?: readonly ProfileSyscalls[];
}

export interface ProfileSyscalls {
  /** The older form of `names`. */
  readonly name?: string;
  readonly names?: readonly string[];
  readonly action?: string;
  readonly errnoRet?: number;
  /** All of them have to hold. */
  readonly args?: readonly ProfileArgument[];
  readonly includes?: ProfileCondition;
  readonly excludes?: ProfileCondition;
}

export interface ProfileArgument {
  readonly index?: number;
  readonly value?: number;
  readonly valueTwo?: number;
  readonly op?: string;
}

/** On what container and machine its system calls count. */
export interface ProfileCondition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  /** `<kernel>.<major>` */
  readonly minKernel?: string;
}

/** What is wrong with a profile, in Docker's words where `by` is the engine, else in runc's. */
export class ProfileError extends Error {
  readonly by: 'engine' | 'runtime';

  constructor(by: ProfileError['by'], message: string) {
    super(message);
    this.by = by;
  }
}
