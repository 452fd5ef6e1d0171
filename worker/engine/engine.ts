import type { GitFetch } from '../build/git/http.ts';
import type { Platform } from '../oci/platform.ts';
import { parseReference } from '../oci/reference.ts';
import type { Registries } from '../registry/registries.ts';
import type {
  AttachOptions,
  AuthConfig,
  AuthResult,
  DiskUsage,
  DistributionInspect,
  DiskUsageType,
  Attached,
  BuildPruned,
  BuildPruneOptions,
  Change,
  ContainerInspect,
  ContainersPruned,
  ContainerSummary,
  CommitOptions,
  CreateConfig,
  CreateOptions,
  Created,
  DeletedImage,
  EngineApi,
  EventMessage,
  EventsOptions,
  ExecConfig,
  ExecInspect,
  ExecStartOptions,
  Filters,
  ImageBuildOptions,
  ImageHistoryItem,
  ImageInspect,
  ImagesPruned,
  ImportOptions,
  ImageSummary,
  Info,
  ListOptions,
  Network,
  NetworkConnect,
  NetworkCreate,
  NetworkDisconnect,
  NetworkListOptions,
  LogsOptions,
  PathStat,
  Ping,
  ProgressMessage,
  BuildView,
  SolveOptions,
  SolveStatus,
  PullOptions,
  PushOptions,
  SearchOptions,
  SearchResult,
  Stats,
  StopOptions,
  Top,
  PutArchiveOptions,
  UpdateConfig,
  Version,
  Volume,
  VolumeCreate,
  VolumesPruned,
  WaitCondition,
  Waiting,
} from '../protocol/engine-api.ts';
import type { ContentStore } from '../content/contentstore.ts';
import { EngineBackend } from './build/backend.ts';
import { Builds } from './build/builds.ts';
import { BuildPruner } from './build/buildpruner.ts';
import { Sandboxes } from './build/sandbox.ts';
import { BuildWatch } from './build/buildwatch.ts';
import { randomId } from './ids.ts';
import { RunningBuilds } from './build/runningbuilds.ts';
import { Solves } from './build/solves.ts';
import { Attacher } from './containers/attacher.ts';
import { containerEvent } from './containers/event.ts';
import type { Container } from './containers/container.ts';
import { Creator } from './containers/creator.ts';
import { inspectContainer } from './containers/inspect.ts';
import { unlink } from './containers/links.ts';
import { listContainers } from './containers/list.ts';
import { Pauser } from './containers/pauser.ts';
import { Pruner } from './containers/pruner.ts';
import { Remover } from './containers/remover.ts';
import { renameContainer, requireNames } from './containers/renamer.ts';
import { Restarter } from './containers/restarter.ts';
import { Runner } from './containers/runner.ts';
import { requireRunning, requireStoppable, Stopper } from './containers/stopper.ts';
import { Updater } from './containers/updater.ts';
import { inspectVolume } from './volumes/volume.ts';
import type { EngineContext } from './context.ts';
import { invalid, prefixed, prefixedInternal, toApiError } from './errors.ts';
import { streamEvents } from './events/stream.ts';
import { inspectExec } from './exec/exec.ts';
import { Execs } from './exec/execs.ts';
import { ExecStore } from './exec/store.ts';
import { Archives } from './files/archives.ts';
import { containerChanges } from './files/changes.ts';
import { ContainerTrees } from './files/containertrees.ts';
import { Exporter } from './files/exporter.ts';
import { containerSizes } from './files/sizes.ts';
import type { Puller } from './images/puller.ts';
import type { ApplyChanges } from './images/committer.ts';
import { Committer } from './images/committer.ts';
import type { Images } from './images/images.ts';
import { LayerCollector, type LayerKeeper } from './images/layercollector.ts';
import type { LayerContent } from './images/layercontent.ts';
import { containerLogs } from './logs/logs.ts';
import { watchHealth } from './health/monitors.ts';
import { StatsWatcher } from './stats/watcher.ts';
import { top } from './top/top.ts';
import { Connector } from './networks/connector.ts';
import { NetworkOperations } from './networks/operations.ts';
import { formatTime } from './time.ts';
import { credentialsOf } from './images/credentials.ts';
import { inspectDistribution } from './images/distribution.ts';
import { Pusher } from './images/pusher.ts';
import { withoutRegistries } from './images/registries.ts';
import { searchImages } from './images/search.ts';
import type { ImageSource } from './images/source.ts';
import { streamed } from './images/streamed.ts';
import { authenticate } from './system/auth.ts';
import { diskUsage } from './system/diskusage.ts';
import { info } from './system/info.ts';
import { ping, version } from './system/version.ts';

/** What the engine does with images is put together outside. */
export interface ImageParts {
  readonly puller: Puller;
  readonly images: Images;
  readonly layers: LayerContent & LayerKeeper;
  readonly content: ContentStore;
  readonly source: ImageSource;
  readonly registries: Registries | undefined;
  readonly applyChanges: ApplyChanges;
  /** For git repositories that are built from. */
  readonly gitFetch?: GitFetch | undefined;
}

/** As it is when it is called: tests put another one in its place. */
const fetching: typeof fetch = (...request) => fetch(...request);

/** The Engine API, as a face of the services behind it: finds what is meant, asks the one who does it, maps errors. */
export class Engine implements EngineApi {
  readonly #context: EngineContext;
  readonly #execStore: ExecStore;
  readonly #creator: Creator;
  readonly #runner: Runner;
  readonly #stopper: Stopper;
  readonly #pauser: Pauser;
  readonly #remover: Remover;
  readonly #restarter: Restarter;
  readonly #updater: Updater;
  readonly #pruner: Pruner;
  readonly #attacher: Attacher;
  readonly #execs: Execs;
  readonly #archives: Archives;
  readonly #exporter: Exporter;
  readonly #committer: Committer;
  readonly #builds: Builds;
  readonly #solves: Solves;
  readonly #watched = new BuildWatch();
  readonly #buildPruner: BuildPruner;
  readonly #runningBuilds = new RunningBuilds();
  readonly #trees: ContainerTrees;
  readonly #puller: Puller;
  readonly #images: Images;
  readonly #layers: LayerContent;
  readonly #source: ImageSource;
  readonly #registries: Registries | undefined;
  readonly #stats: StatsWatcher;
  readonly #networks: NetworkOperations;
  readonly #id: string;

  /** `id` names this installation, for `docker info`. See `openEngine` for how all of it is put together. */
  constructor(
    context: EngineContext,
    { puller, images, layers, content, source, registries, applyChanges, gitFetch = fetching }: ImageParts,
    id: string,
  ) {
    this.#context = context;
    this.#execStore = new ExecStore(context.clock);
    const withExecs = { ...context, execs: this.#execStore };
    this.#creator = new Creator(context);
    this.#stopper = new Stopper(context);
    this.#pauser = new Pauser(context);
    this.#remover = new Remover(withExecs, this.#stopper);
    this.#runner = new Runner(withExecs, this.#remover, new Connector(context));
    this.#restarter = new Restarter(context, this.#stopper, this.#runner);
    this.#updater = new Updater(context);
    this.#pruner = new Pruner(context, this.#remover, (container) => this.#sizes(container));
    this.#attacher = new Attacher(context);
    this.#execs = new Execs(withExecs);
    this.#trees = new ContainerTrees(context);
    this.#archives = new Archives(context, this.#trees);
    this.#exporter = new Exporter(context, this.#trees);
    const pauser = this.#pauser;
    this.#committer = new Committer({ context, layers, trees: this.#trees, pauser, applyChanges });
    const collector = new LayerCollector(context, layers);
    const sandboxes = new Sandboxes(context, this.#trees, layers, collector);
    const backend = new EngineBackend({
      context,
      layers,
      puller,
      creator: this.#creator,
      runner: this.#runner,
      remover: this.#remover,
      attacher: this.#attacher,
      committer: this.#committer,
      sandboxes,
    });
    this.#builds = new Builds({ backend, content, fetch: fetching, gitFetch }, this.#runningBuilds);
    const contexts = context.buildContexts;
    const fetches = { fetch: fetching, gitFetch };
    const solving = { backend: backend.solving, content, contexts, ...fetches, time: formatTime };
    this.#solves = new Solves(solving, this.#runningBuilds);
    this.#buildPruner = new BuildPruner({ context, sandboxes, collector });
    this.#puller = puller;
    this.#images = images;
    this.#layers = layers;
    this.#source = source;
    this.#registries = registries;
    this.#stats = new StatsWatcher(context);
    this.#networks = new NetworkOperations(context);
    watchHealth(context, (...probe) => this.#execs.probe(...probe));
    this.#id = id;
  }

  ping(): Promise<Ping> {
    return edge(() => ping());
  }

  version(): Promise<Version> {
    return edge(() => version(this.#context.machine));
  }

  info(): Promise<Info> {
    return edge(() => info(this.#context, this.#id));
  }

  containerCreate(config: CreateConfig, options: CreateOptions = {}): Promise<Created> {
    return edge(() => this.#creator.create(config, options));
  }

  containerStart(id: string): Promise<void> {
    return edge(() => this.#runner.start(this.#get(id)));
  }

  containerStop(id: string, options: StopOptions = {}): Promise<void> {
    return edge(() => {
      const container = this.#get(id);
      requireStoppable(container);
      return prefixedInternal(`cannot stop container: ${id}`, () => this.#stopper.stop(container, options));
    });
  }

  containerRestart(id: string, options: StopOptions = {}): Promise<void> {
    return edge(() => this.#restarter.restart(this.#get(id), id, options));
  }

  containerRename(id: string, name: string): Promise<void> {
    return edge(() => {
      requireNames(id, name);
      renameContainer(this.#context, this.#get(id), name);
    });
  }

  containerUpdate(id: string, config: UpdateConfig): Promise<{ Warnings: string[] | null }> {
    return edge(() => this.#updater.update(() => this.#get(id), config));
  }

  containerPrune(options: { filters?: Filters } = {}): Promise<ContainersPruned> {
    return edge(() => this.#pruner.prune(options.filters));
  }

  containerKill(id: string, options: { signal?: string } = {}): Promise<void> {
    return edge(() =>
      prefixed(`cannot kill container: ${id}`, () => this.#stopper.signal(this.#get(id), options.signal)),
    );
  }

  containerPause(id: string): Promise<void> {
    return edge(() => this.#pauser.pause(this.#get(id)));
  }

  containerUnpause(id: string): Promise<void> {
    return edge(() => this.#pauser.unpause(this.#get(id)));
  }

  containerResize(id: string, { h, w }: { h: number; w: number }): Promise<void> {
    return edge(async () => {
      const container = this.#get(id);
      requireRunning(container);
      if (container.terminal === undefined) return;
      await this.#context.agent.call('resize', { stream: container.terminal, size: { rows: h, cols: w } });
      containerEvent(this.#context.events, container, 'resize', { height: String(h), width: String(w) });
    });
  }

  containerDelete(id: string, options: { force?: boolean; v?: boolean; link?: boolean } = {}): Promise<void> {
    return edge(() =>
      options.link ? unlink(this.#context.containers, id) : this.#remover.delete(this.#get(id), id, options),
    );
  }

  containerList(options: ListOptions = {}): Promise<ContainerSummary[]> {
    return edge(async () => {
      const list = listContainers(this.#context, options);
      return options.size ? Promise.all(list.map((one) => this.#withSizes(one))) : list;
    });
  }

  containerInspect(id: string, options: { size?: boolean } = {}): Promise<ContainerInspect> {
    return edge(() => {
      const container = this.#get(id);
      const links = this.#context.containers.links.of(container);
      const inspected = inspectContainer(container, links);
      return options.size ? this.#withSizes(inspected) : inspected;
    });
  }

  containerLogs(id: string, options: LogsOptions): Promise<Attached> {
    return edge(() => containerLogs(this.#context, this.#get(id), options));
  }

  containerAttach(id: string, options: AttachOptions): Promise<Attached> {
    return edge(() => this.#attacher.attach(this.#get(id), id, options));
  }

  containerWait(id: string, condition: WaitCondition): Promise<Waiting> {
    return edge(() => {
      const { waiters, state } = this.#get(id);
      return waiters.register(condition, state);
    });
  }

  containerChanges(id: string): Promise<Change[]> {
    return edge(() => containerChanges(this.#context, this.#trees, this.#get(id)));
  }

  containerExport(id: string): Promise<AsyncIterable<Uint8Array>> {
    return edge(() => this.#exporter.export(this.#get(id), id));
  }

  containerPathStat(id: string, path: string): Promise<PathStat> {
    return edge(() => this.#archives.stat(this.#get(id), id, path));
  }

  containerGetArchive(id: string, path: string): Promise<{ stat: PathStat; tar: AsyncIterable<Uint8Array> }> {
    return edge(() => this.#archives.get(this.#get(id), id, path));
  }

  containerPutArchive(
    id: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    options: PutArchiveOptions = {},
  ): Promise<void> {
    return edge(() => this.#archives.put(this.#get(id), id, path, tar, options));
  }

  execCreate(id: string, config: ExecConfig): Promise<{ Id: string }> {
    return edge(() => this.#execs.create(this.#get(id), id, config));
  }

  execStart(id: string, options: ExecStartOptions): Promise<Attached> {
    return edge(() => this.#execs.start(id, options));
  }

  execResize(id: string, size: { h: number; w: number }): Promise<void> {
    return edge(() => this.#execs.resize(id, size));
  }

  execInspect(id: string): Promise<ExecInspect> {
    return edge(() => inspectExec(this.#execStore.inspected(id)));
  }

  imageList(
    options: { all?: boolean; filters?: Filters; sharedSize?: boolean } = {},
  ): Promise<ImageSummary[]> {
    return edge(() => this.#images.list(options));
  }

  imageInspect(name: string, options?: { platform?: Platform }): Promise<ImageInspect> {
    return edge(() => this.#images.inspect(name, options));
  }

  imageBuild(
    context: AsyncIterable<Uint8Array>,
    given: ImageBuildOptions = {},
  ): Promise<AsyncIterable<ProgressMessage>> {
    const options = withId(given);
    return edge(async () => this.#watched.building(options, await this.#builds.build(context, options)));
  }

  imageSolve(given: SolveOptions): Promise<AsyncIterable<SolveStatus>> {
    const options = withId(given);
    return edge(() => this.#watched.solving(options, this.#solves.solve(options)));
  }

  buildWatch(): Promise<AsyncIterable<BuildView>> {
    return edge(() => this.#watched.watch());
  }

  async buildCancel(id: string): Promise<void> {
    this.#runningBuilds.cancel(id);
  }

  buildPrune(options: BuildPruneOptions = {}): Promise<BuildPruned> {
    return edge(() => this.#buildPruner.prune(options));
  }

  imageHistory(name: string, options?: { platform?: Platform }): Promise<ImageHistoryItem[]> {
    return edge(() => this.#images.history(name, options));
  }

  imageTag(name: string, options: { repo: string; tag?: string }): Promise<void> {
    return edge(() => this.#images.tag(name, options));
  }

  imageDelete(name: string, options: { force?: boolean; noprune?: boolean } = {}): Promise<DeletedImage[]> {
    return edge(() => this.#images.delete(name, options));
  }

  imagePrune({ filters = {} }: { filters?: Filters } = {}): Promise<ImagesPruned> {
    return edge(() => this.#images.prune(filters));
  }

  imageSave(names: readonly string[], options?: { platform?: Platform }): Promise<AsyncIterable<Uint8Array>> {
    return edge(() => this.#images.save(names, options));
  }

  imageImport(tar: AsyncIterable<Uint8Array>, options: ImportOptions = {}): Promise<{ Id: string }> {
    return edge(async () => ({ Id: await this.#images.import(tar, options) }));
  }

  imageImportFrom(address: string, options: ImportOptions = {}): Promise<AsyncIterable<ProgressMessage>> {
    return edge(() => this.#images.importFrom(address, options));
  }

  containerCommit(id: string, options: CommitOptions = {}): Promise<{ Id: string }> {
    return edge(async () => ({ Id: await this.#committer.commit(this.#get(id), options) }));
  }

  imageLoad(
    tar: AsyncIterable<Uint8Array>,
    options: { quiet?: boolean; platform?: Platform } = {},
  ): Promise<AsyncIterable<ProgressMessage>> {
    return edge(() => this.#images.load(tar, options));
  }

  imageCreate(options: PullOptions): Promise<AsyncIterable<ProgressMessage>> {
    return edge(() => {
      const [reference, { platform, auth }] = [parsePullName(options), options];
      const credentials = credentialsOf(auth);
      return streamed((task) => this.#puller.pull(reference, { platform, credentials, ...task }));
    });
  }

  imagePush(name: string, { tag, auth }: PushOptions = {}): Promise<AsyncIterable<ProgressMessage>> {
    return edge(() => {
      const reference = parsePushName(name, tag);
      const pusher = new Pusher(this.#context, this.#layers, this.#needRegistries());
      return streamed((task) => pusher.push(reference, { credentials: credentialsOf(auth), ...task }));
    });
  }

  imageSearch(options: SearchOptions): Promise<SearchResult[]> {
    return edge(() => searchImages(this.#source, this.#registries, options));
  }

  distributionInspect(name: string, { auth }: { auth?: AuthConfig } = {}): Promise<DistributionInspect> {
    return edge(() => inspectDistribution(this.#needRegistries(), name, auth));
  }

  events(options?: EventsOptions): Promise<AsyncIterable<EventMessage>> {
    return edge(() => streamEvents(this.#context.events, this.#context.clock, options));
  }

  /** Gives up layers that were left behind, also those that another tab was using when their image was removed. */
  sweep(milliseconds?: number): Promise<void> {
    return this.#images.sweep(milliseconds);
  }

  diskUsage(types?: DiskUsageType[]): Promise<DiskUsage> {
    const sources = {
      containerList: (options?: ListOptions) => this.containerList(options),
      volumeUsage: () => this.#context.volumes.usage(),
      imageUsage: () => this.#images.usage(),
      buildCache: () => this.#buildPruner.records(),
    };
    return edge(() => diskUsage(sources, types));
  }

  auth(config: AuthConfig): Promise<AuthResult> {
    return edge(() => authenticate(this.#registries, config));
  }

  containerTop(id: string, options: { ps_args?: string } = {}): Promise<Top> {
    return edge(() => top(this.#context, this.#get(id), options.ps_args));
  }

  containerStats(id: string, options: { stream: boolean; oneShot?: boolean }): Promise<AsyncIterable<Stats>> {
    return edge(() => this.#stats.stats(this.#get(id), options));
  }

  networkList(options: NetworkListOptions = {}): Promise<Network[]> {
    return edge(() => this.#networks.list(options.filters ?? {}));
  }

  networkInspect(id: string, options: { scope?: string } = {}): Promise<Network> {
    return edge(() => this.#networks.inspect(id, options.scope));
  }

  networkCreate(config: NetworkCreate): Promise<{ Id: string; Warning: string }> {
    return edge(() => this.#networks.create(config));
  }

  networkRemove(id: string): Promise<void> {
    return edge(() => this.#networks.remove(id));
  }

  networkConnect(id: string, options: NetworkConnect): Promise<void> {
    return edge(() => this.#networks.connect(id, options));
  }

  networkDisconnect(id: string, options: NetworkDisconnect): Promise<void> {
    return edge(() => this.#networks.disconnect(id, options));
  }

  networkPrune(options: { filters?: Filters } = {}): Promise<{ NetworksDeleted: string[] | null }> {
    return edge(() => this.#networks.prune(options.filters ?? {}));
  }

  volumeList(options: { filters?: Filters } = {}): Promise<{ Volumes: Volume[]; Warnings: string[] | null }> {
    return edge(() => ({ Volumes: this.#context.volumes.list(options.filters), Warnings: null }));
  }

  volumeInspect(name: string): Promise<Volume> {
    return edge(() => inspectVolume(this.#context.volumes.get(name)));
  }

  volumeCreate(config: VolumeCreate): Promise<Volume> {
    return edge(() => this.#context.volumes.create(config));
  }

  volumeRemove(name: string, options: { force?: boolean } = {}): Promise<void> {
    return edge(() => this.#context.volumes.remove(name, options.force));
  }

  volumePrune(options: { filters?: Filters } = {}): Promise<VolumesPruned> {
    return edge(() => this.#context.volumes.prune(options.filters));
  }

  async #withSizes<T extends { Id: string }>(container: T): Promise<T> {
    return { ...container, ...(await this.#sizes(this.#get(container.Id))) };
  }

  #sizes(container: Container): ReturnType<typeof containerSizes> {
    return containerSizes(this.#context, this.#trees, container);
  }

  #needRegistries(): Registries {
    if (this.#registries === undefined) throw withoutRegistries();
    return this.#registries;
  }

  #get(id: string): Container {
    return this.#context.containers.get(id);
  }
}

/** The one place where the engine's errors become the API's. */
async function edge<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw toApiError(error);
  }
}

/** The tag may be a digest. */
function parsePullName({
  fromImage,
  tag,
}: {
  fromImage: string;
  tag: string;
}): ReturnType<typeof parseReference> {
  const separator = tag.includes(':') ? '@' : ':';
  return parseReference(tag === '' ? fromImage : `${fromImage}${separator}${tag}`);
}

/** https://github.com/moby/moby/blob/v28.5.2/api/server/router/image/image_routes.go (postImagesPush) */
function parsePushName(name: string, tag: string | undefined): ReturnType<typeof parseReference> {
  const { domain, path, ...given } = parseReference(name);
  if (!tag) {
    if (given.digest !== undefined) throw invalid('cannot push a digest reference');
    return { domain, path, ...given };
  }
  if (!/^[\w][\w.-]{0,127}$/.test(tag)) throw invalid('invalid tag format');
  return { domain, path, tag };
}

/** Whoever watches builds can end them, so each has an ID. */
function withId<T extends { buildId?: string }>(options: T): T & { buildId: string } {
  return { ...options, buildId: options.buildId || randomId() };
}
