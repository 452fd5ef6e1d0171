import type { AuthConfigs, HostConfig } from '../../protocol/engine-api.ts';
import type { BuildBackend } from '../backend.ts';
import type { TreeNode } from '../files/tree.ts';
import type { BuildOutput } from '../output.ts';

/** What steps of all stages share. */
export interface StepContext {
  readonly backend: BuildBackend;
  readonly output: BuildOutput;
  /** The build context; undefined when there is none but a Dockerfile. */
  readonly files: TreeNode | undefined;
  readonly host: HostConfig;
  /** Whether containers of steps that have worked go away, and of those that have failed. */
  readonly remove: boolean;
  readonly forceRemove: boolean;
  readonly platform: string;
  readonly pull: boolean;
  readonly auths: AuthConfigs | undefined;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  /** The ID of the image that a name or number of an earlier stage stands for. */
  stageImage(nameOrNumber: string): string | undefined;
}
