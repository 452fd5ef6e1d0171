import type { Layer } from '../layers/layertree.ts';
import type { DiffId } from '../oci/diffid.ts';
import type { HistoryEntry } from '../oci/imageconfig.ts';
import type { AuthConfigs, ContainerConfig, HostConfig, ProgressMessage } from '../protocol/engine-api.ts';
import type { MadeLayer, SolveBackend } from './solve/backend.ts';

/** An image as the builder sees it. */
export interface BuildImage {
  /** Empty for `scratch`. */
  readonly id: string;
  readonly config: ContainerConfig;
  readonly os: string;
  readonly history: readonly HistoryEntry[];
  /** DiffIDs, the lowest first. */
  readonly layers: readonly string[];
  /** What it says of the steps that have made it, for builds elsewhere. */
  readonly inlineCache?: string;
}

/** What `scratch` is. */
export const scratch: BuildImage = { id: '', config: {}, os: 'linux', history: [], layers: [] };

/** An image that was built here, with the config that its step had: that of the step's container. */
export interface CachedImage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly stepConfig: ContainerConfig;
}

/** What a step makes of the image before it. */
export interface StepResult {
  /** ID; empty for none. */
  readonly parent: string;
  readonly config: ContainerConfig;
  /** Its command is what the history shows, all of it what the cache compares. */
  readonly stepConfig: ContainerConfig;
  readonly author: string;
}

/** Where an image may come from. */
export interface ImageRequest {
  readonly where: 'here' | 'anywhere' | 'pull';
  readonly platform: string;
  /** Whether one that is here is taken though it is for another platform, as Docker's classic builder does. */
  readonly anyHere?: boolean;
  /** For registries that want to know who pulls. */
  readonly auths?: AuthConfigs | undefined;
}

/** What the builder asks of the engine. Operations fail with the engine's errors, in Docker's words. */
export interface BuildBackend {
  /** Milliseconds since 1970. */
  now(): number;
  /** An image by name or ID; one that is not here is pulled, unless it must be here, and always with `pull`. */
  image(name: string, options: ImageRequest, report: (message: ProgressMessage) => void): Promise<BuildImage>;
  /** What its files are in; nothing for `scratch`. */
  layers(image: string): Promise<readonly Layer[]>;
  /** The images that were built here on top of one, or of nothing. */
  children(parent: string): readonly CachedImage[];
  /** Whether an image was made, step by step, from another one. */
  descends(image: string, ancestor: string): boolean;
  /** DiffIDs of an image that is here; none for `scratch`. */
  diffIds(image: string): readonly DiffId[];
  /** What only BuildKit's instructions need. */
  readonly solving: SolveBackend;
  /** Makes an image with a layer that is here. */
  makeOf(result: StepResult, layer: MadeLayer): Promise<string>;
  /** Makes an image, with a new layer where a tar is given. */
  make(result: StepResult, tar?: AsyncIterable<Uint8Array>): Promise<string>;
  /** Makes the image that stands behind entry `at` of another one's history. */
  restore(result: StepResult, from: BuildImage, at: number): Promise<string>;
  create(config: ContainerConfig, host: HostConfig): Promise<{ id: string; warnings: readonly string[] }>;
  /** Runs a container to its end and gives its exit code. When it is aborted the container is removed and this rejects. */
  run(id: string, output: StepOutput, signal: AbortSignal): Promise<number>;
  /** Makes an image of what a container has changed. */
  commit(id: string, result: StepResult): Promise<string>;
  /** A container, though it runs, with the volumes that are its alone; one that is gone is no error. */
  remove(id: string): Promise<void>;
  /** Gives a name (with its tag) to an image. */
  tag(image: string, name: string): Promise<void>;
}

/** Called with what a command writes; resolves when there is room for more. */
export type StepOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
