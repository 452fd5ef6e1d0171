import type { Layer } from '../../layers/layertree.ts';
import type { DiffId } from '../../oci/diffid.ts';
import type { HostConfig, ProgressMessage } from '../../protocol/engine-api.ts';
import type { BuildImage, ImageRequest, StepOutput } from '../backend.ts';

/** A layer that a step has made. */
export interface MadeLayer {
  readonly diffId: DiffId;
  /** Bytes. */
  readonly size: number;
}

/** Where something that is mounted in a command's container comes from. */
export type MountSource =
  | { readonly kind: 'layers'; readonly layers: readonly DiffId[]; readonly path: string }
  /** A file that is in memory and gone with the command. */
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | {
      readonly kind: 'cache';
      /** The same from one build to the next. */
      readonly name: string;
      readonly sharing: 'shared' | 'private' | 'locked';
      /** What it begins with. */
      readonly from: { readonly layers: readonly DiffId[]; readonly path: string } | undefined;
      readonly mode: number | undefined;
      readonly uid: number | undefined;
      readonly gid: number | undefined;
    }
  | { readonly kind: 'tmpfs'; readonly size: number };

export interface CommandMount {
  readonly target: string;
  readonly readonly: boolean;
  readonly source: MountSource;
}

/** A command to be run in a container that nobody else sees. */
export interface Command {
  readonly layers: readonly DiffId[];
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly directory: string;
  readonly user: string;
  readonly mounts: readonly CommandMount[];
  readonly network: 'default' | 'none' | 'host';
  readonly insecure: boolean;
  /** Its machine is called so; the usual name where it is empty. */
  readonly hostname: string;
  /** Limits, names of hosts and the usual network, as `docker build` was told. */
  readonly host: HostConfig;
}

/** How a command has ended; with code 0, what it has changed. */
export type CommandResult =
  | { readonly code: 0; readonly layer: MadeLayer }
  | { readonly code: number; readonly layer?: undefined };

/** What BuildKit's way of building asks of the engine. Operations fail with the engine's errors, in Docker's words. */
export interface SolveBackend {
  /** Milliseconds since 1970. */
  now(): number;
  /** The platform that is built on and for, unless another one is asked for. */
  readonly platform: string;
  /** An image by name; one that is not here is pulled, with `pull` always. */
  image(name: string, options: ImageRequest, report: (message: ProgressMessage) => void): Promise<BuildImage>;
  open(layers: readonly DiffId[]): Promise<readonly Layer[]>;
  /** Keeps layers that are here, whatever is pruned meanwhile, until they are released; undefined when one is not here. */
  hold(layers: readonly DiffId[]): Promise<(() => void) | undefined>;
  make(tar: AsyncIterable<Uint8Array>): Promise<MadeLayer>;
  /** Runs a command to its end. When it is aborted the container is gone when this rejects. */
  run(command: Command, output: StepOutput, signal: AbortSignal): Promise<CommandResult>;
  /**
   * At the end of a build: keeps over a reload what its commands have written into caches. Gives what is not kept, in words.
   * When it is aborted a later build keeps it.
   */
  keepCaches(signal: AbortSignal): Promise<readonly string[]>;
  /** Takes in an image by its config. Gives its ID. */
  add(configText: string, layers: readonly MadeLayer[]): Promise<string>;
  tag(image: string, name: string): Promise<void>;
  readonly cache: SolveCache;
}

export interface CachedStep {
  readonly layer: MadeLayer;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** An image has brought it along; it is not kept yet. */
  readonly isImported?: boolean;
}

/** What steps have made before, by what they depended on. Kept over a reload. */
export interface SolveCache {
  /** Counts as a use; undefined also when the layer is not there any more. */
  find(key: string): Promise<CachedStep | undefined>;
  keep(
    key: string,
    step: CachedStep,
    about: { readonly description: string; readonly type: string },
  ): Promise<void>;
  /** From now on this key stands for another one. */
  alias(key: string, of: string): Promise<void>;
  /** What a key stands for, if it does. */
  resolve(key: string): Promise<string | undefined>;
}
