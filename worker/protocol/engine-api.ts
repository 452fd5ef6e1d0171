import type { BuildView } from './engine-api/build-view.ts';
import type { ImageBuildOptions } from './engine-api/build.ts';
import type { BuildPruned, BuildPruneOptions, SolveOptions, SolveStatus } from './engine-api/solve.ts';
import type { CreateConfig, CreateOptions, UpdateConfig } from './engine-api/config.ts';
import type {
  AttachOptions,
  Change,
  ContainerInspect,
  ContainersPruned,
  ContainerSummary,
  Created,
  ListOptions,
  LogsOptions,
  PathStat,
  PutArchiveOptions,
  Stats,
  StopOptions,
  Top,
  WaitCondition,
  Waiting,
} from './engine-api/containers.ts';
import type { ExecConfig, ExecInspect, ExecStartOptions } from './engine-api/exec.ts';
import type {
  CommitOptions,
  DeletedImage,
  DistributionInspect,
  ImageHistoryItem,
  ImageInspect,
  ImagePlatform,
  ImagesPruned,
  ImportOptions,
  ImageSummary,
  PullOptions,
  PushOptions,
  SearchOptions,
  SearchResult,
} from './engine-api/images.ts';
import type {
  Network,
  NetworkConnect,
  NetworkCreate,
  NetworkDisconnect,
  NetworkListOptions,
} from './engine-api/networks.ts';
import type { Attached, Filters, ProgressMessage, WindowSize } from './engine-api/streams.ts';
import type {
  AuthConfig,
  AuthResult,
  DiskUsage,
  DiskUsageType,
  EventMessage,
  EventsOptions,
  Info,
  Ping,
  Version,
} from './engine-api/system.ts';
import type { Volume, VolumeCreate, VolumesPruned } from './engine-api/volumes.ts';

export * from './engine-api/build-view.ts';
export * from './engine-api/build.ts';
export * from './engine-api/config.ts';
export * from './engine-api/containers.ts';
export * from './engine-api/error.ts';
export * from './engine-api/exec.ts';
export * from './engine-api/images.ts';
export * from './engine-api/networks.ts';
export * from './engine-api/solve.ts';
export * from './engine-api/streams.ts';
export * from './engine-api/system.ts';
export * from './engine-api/volumes.ts';

/**
 * The Engine API as an interface: what the `docker` command, the page and (over HTTP) any other client ask the engine.
 * Operations and field names are those of Docker's Engine API 1.51
 * (https://docs.docker.com/reference/api/engine/version/v1.51/); a field that is missing is not served yet.
 *
 * Streams are async iterables: the next item is asked for when there is room for it, and returning early (`break`)
 * detaches from the source. Every operation rejects with an `ApiError`, whose message is Docker's text and whose status is Docker's.
 */
export interface EngineApi {
  ping(): Promise<Ping>;
  version(): Promise<Version>;
  info(): Promise<Info>;
  /** History from `since` on, then what happens, until `until`. Resolves when nothing that happens from now on is missed. */
  events(options?: EventsOptions): Promise<AsyncIterable<EventMessage>>;
  /** All types when none is named; `null` in the answer for those that were not asked for. */
  diskUsage(types?: DiskUsageType[]): Promise<DiskUsage>;
  auth(config: AuthConfig): Promise<AuthResult>;

  containerCreate(config: CreateConfig, options?: CreateOptions): Promise<Created>;
  containerStart(id: string, options?: { detachKeys?: string }): Promise<void>;
  containerStop(id: string, options?: StopOptions): Promise<void>;
  containerRestart(id: string, options?: StopOptions): Promise<void>;
  containerKill(id: string, options?: { signal?: string }): Promise<void>;
  containerPause(id: string): Promise<void>;
  containerUnpause(id: string): Promise<void>;
  containerResize(id: string, size: WindowSize): Promise<void>;
  containerRename(id: string, name: string): Promise<void>;
  containerUpdate(id: string, config: UpdateConfig): Promise<{ Warnings: string[] | null }>;
  containerDelete(id: string, options?: { force?: boolean; v?: boolean; link?: boolean }): Promise<void>;
  containerPrune(options?: { filters?: Filters }): Promise<ContainersPruned>;
  containerList(options?: ListOptions): Promise<ContainerSummary[]>;
  containerInspect(id: string, options?: { size?: boolean }): Promise<ContainerInspect>;
  containerTop(id: string, options?: { ps_args?: string }): Promise<Top>;
  containerChanges(id: string): Promise<Change[]>;
  /** One message with `oneShot` or without `stream`, else one a second until the container is gone. */
  containerStats(id: string, options: { stream: boolean; oneShot?: boolean }): Promise<AsyncIterable<Stats>>;
  containerLogs(id: string, options: LogsOptions): Promise<Attached>;
  /** Resolves when the streams are connected; output begins with what the container writes from then on (and, with `logs`, what it has written). */
  containerAttach(id: string, options: AttachOptions): Promise<Attached>;
  /** Resolves as soon as the wait is registered, so that nothing is missed by starting the container afterwards. */
  containerWait(id: string, condition: WaitCondition): Promise<Waiting>;
  /** The whole root file system as a tar. */
  containerExport(id: string): Promise<AsyncIterable<Uint8Array>>;
  containerPathStat(id: string, path: string): Promise<PathStat>;
  /** A tar whose only or first entry has the base name of the path. Links in the path are followed inside the container's root. */
  containerGetArchive(id: string, path: string): Promise<{ stat: PathStat; tar: AsyncIterable<Uint8Array> }>;
  /** Extracts a tar (plain, gzip, zstd, bzip2 or xz) into a directory of the container. */
  containerPutArchive(
    id: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    options?: PutArchiveOptions,
  ): Promise<void>;

  execCreate(id: string, config: ExecConfig): Promise<{ Id: string }>;
  execStart(id: string, options: ExecStartOptions): Promise<Attached>;
  execResize(id: string, size: WindowSize): Promise<void>;
  execInspect(id: string): Promise<ExecInspect>;

  imageList(options?: {
    all?: boolean;
    filters?: Filters;
    sharedSize?: boolean;
    digests?: boolean;
  }): Promise<ImageSummary[]>;
  imageInspect(name: string, options?: { platform?: ImagePlatform }): Promise<ImageInspect>;
  /** Progress messages in order; an error of the pull itself comes as a message with `error`, as over HTTP. */
  imageCreate(options: PullOptions): Promise<AsyncIterable<ProgressMessage>>;
  /** Puts an image, or all images of a repository, into the registry that the name says; messages as of a pull. */
  imagePush(name: string, options?: PushOptions): Promise<AsyncIterable<ProgressMessage>>;
  imageSearch(options: SearchOptions): Promise<SearchResult[]>;
  distributionInspect(name: string, options?: { auth?: AuthConfig }): Promise<DistributionInspect>;

  /**
   * Builds an image from a tar of its context, packed or not, and answers with the classic builder's messages. A build that
   * fails before it has begun rejects, a later failure is a message. Giving the messages up cancels the build.
   */
  imageBuild(
    context: AsyncIterable<Uint8Array>,
    options?: ImageBuildOptions,
  ): Promise<AsyncIterable<ProgressMessage>>;

  /**
   * Builds an image as BuildKit does and answers with its statuses; the last one has the image's ID or the failure. Giving
   * the statuses up cancels the build. A context that is a directory must be in the same place as the engine.
   */
  imageSolve(options: SolveOptions): Promise<AsyncIterable<SolveStatus>>;
  /**
   * Every build of this engine, whoever has started it: the last ones as they are, then each again when it has changed, as
   * fast as the reader takes them. Docker's API has nothing like it.
   */
  buildWatch(): Promise<AsyncIterable<BuildView>>;
  /** Ends the builds that were begun with this `buildId`; where there is none, nothing happens. */
  buildCancel(id: string): Promise<void>;
  /** Forgets what builds have made for later ones. */
  buildPrune(options?: BuildPruneOptions): Promise<BuildPruned>;

  imageHistory(name: string, options?: { platform?: ImagePlatform }): Promise<ImageHistoryItem[]>;
  imageTag(name: string, options: { repo: string; tag?: string }): Promise<void>;
  imageDelete(name: string, options?: { force?: boolean; noprune?: boolean }): Promise<DeletedImage[]>;
  imagePrune(options?: { filters?: Filters }): Promise<ImagesPruned>;
  /** The whole image, or all the images, as one tar that `imageLoad` takes. */
  imageSave(
    names: readonly string[],
    options?: { platform?: ImagePlatform },
  ): Promise<AsyncIterable<Uint8Array>>;
  /** An image of one layer, from the tar of a root file system, packed or not. */
  imageImport(tar: AsyncIterable<Uint8Array>, options?: ImportOptions): Promise<{ Id: string }>;
  /** The same of what an address leads to. The last message has the image's ID for its status; a late failure is a message. */
  imageImportFrom(address: string, options?: ImportOptions): Promise<AsyncIterable<ProgressMessage>>;
  /** What a container has changed, as an image on top of its own. */
  containerCommit(id: string, options?: CommitOptions): Promise<{ Id: string }>;
  /** From a `docker save` tar or the tar of an OCI image layout, packed or not. A failure comes as a message. */
  imageLoad(
    tar: AsyncIterable<Uint8Array>,
    options?: { quiet?: boolean; platform?: ImagePlatform },
  ): Promise<AsyncIterable<ProgressMessage>>;

  networkList(options?: NetworkListOptions): Promise<Network[]>;
  networkInspect(id: string, options?: { verbose?: boolean; scope?: string }): Promise<Network>;
  networkCreate(config: NetworkCreate): Promise<{ Id: string; Warning: string }>;
  networkRemove(id: string): Promise<void>;
  networkConnect(id: string, options: NetworkConnect): Promise<void>;
  networkDisconnect(id: string, options: NetworkDisconnect): Promise<void>;
  networkPrune(options?: { filters?: Filters }): Promise<{ NetworksDeleted: string[] | null }>;

  volumeList(options?: { filters?: Filters }): Promise<{ Volumes: Volume[]; Warnings: string[] | null }>;
  volumeInspect(name: string): Promise<Volume>;
  volumeCreate(config: VolumeCreate): Promise<Volume>;
  volumeRemove(name: string, options?: { force?: boolean }): Promise<void>;
  volumePrune(options?: { filters?: Filters }): Promise<VolumesPruned>;
}
