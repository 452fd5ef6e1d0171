import type { ContainerConfig } from '../../protocol/engine-api.ts';
import type { BuildArgs } from '../args.ts';

/** Where a stage stands. */
export interface StageState {
  config: ContainerConfig;
  /** ID of the image that the last step has made; empty on `scratch`. */
  image: string;
  author: string;
  /** The stage has a CMD of its own, which an ENTRYPOINT leaves alone. */
  hasCommand: boolean;
  readonly args: BuildArgs;
}
