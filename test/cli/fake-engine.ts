import { Queue } from '../../worker/cli/queue.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type * as api from '../../worker/protocol/engine-api.ts';
import { containerFixture, volumeFixture } from './fixtures.ts';

/** What a container or an exec does once it runs. */
export interface Program {
  stdout?: string;
  stderr?: string;
  code?: number;
  /** Starting it fails with this. */
  failure?: string;
  /** Prints what it is given, until that ends. */
  echoes?: boolean;
  /** Ends only when it is killed. */
  lasts?: boolean;
}

interface Running {
  readonly output: Queue<api.OutputChunk>;
  readonly exited: Promise<number>;
  end(code: number): void;
  readonly input: Queue<Uint8Array>;
}

/** An engine in memory. `calls` are the requests that a client over HTTP would have sent. */
export class FakeEngine implements api.EngineApi {
  readonly calls: string[] = [];
  containers: api.ContainerSummary[] = [];
  images: api.ImageSummary[] = [];
  logs: Record<string, string> = {};
  /** By repository and tag; an error is the engine's answer to the request itself. */
  pulls: Record<string, api.ProgressMessage[] | Error> = {};
  inspects: Record<string, Partial<api.ContainerInspect>> = {};
  failures: Record<string, api.ApiError> = {};
  programs: Program[] = [];
  nextId = 'c0ffee';
  created: api.CreateConfig[] = [];
  updates: api.UpdateConfig[] = [];
  volumes: api.Volume[] = [];
  builds: api.ImageBuildOptions[] = [];
  solves: api.SolveOptions[] = [];
  /** What operations answer that hold nothing of their own. */
  answers: Partial<Record<keyof api.EngineApi, unknown>> = {};
  /** Of paths in containers: whether there is something. */
  pathStat: (path: string) => api.PathStat | undefined = () => undefined;
  /** What `docker cp` and the like get. */
  archive: Uint8Array[] = [];
  /** The body of the last request that had one. */
  received: Uint8Array = new Uint8Array();
  warnings: string[] = [];
  versionAnswer: api.Version | undefined;
  infoAnswer: api.Info | undefined;
  readonly running = new Map<string, Running>();
  readonly #execs = new Map<string, Program>();

  #call(method: string, path: string, query: Record<string, unknown> = {}): void {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== false);
    const encoded = pairs.map(
      ([key, value]) => `${key}=${encodeURIComponent(value === true ? '1' : String(value))}`,
    );
    const call = `${method} ${path}${encoded.length > 0 ? `?${encoded.sort().join('&')}` : ''}`;
    this.calls.push(call);
    const failure = this.failures[call] ?? this.failures[`${method} ${path}`];
    if (failure) throw failure;
  }

  async ping(): Promise<api.Ping> {
    return { ApiVersion: '1.51', OSType: 'linux', Experimental: false, BuilderVersion: '1' };
  }

  async version(): Promise<api.Version> {
    this.#call('GET', '/version');
    return this.versionAnswer ?? absent('version');
  }

  async info(): Promise<api.Info> {
    this.#call('GET', '/info');
    return this.infoAnswer ?? absent('info');
  }

  async containerCreate(
    config: api.CreateConfig,
    { name, platform }: { name?: string; platform?: string } = {},
  ): Promise<api.Created> {
    this.#call('POST', '/containers/create', { name, platform });
    const image = config.Image ?? '';
    if (!this.hasImage(image)) throw new ApiError(404, `No such image: ${image}`);
    this.created.push(config);
    this.containers.push(
      containerFixture({ Id: this.nextId, Names: [`/${name ?? 'serene_lederberg'}`], Image: image }),
    );
    this.running.set(this.nextId, makeRunning());
    return { Id: this.nextId, Warnings: this.warnings };
  }

  protected hasImage(image: string): boolean {
    const tagged = image.includes(':') ? image : `${image}:latest`;
    return this.images.some(({ RepoTags }) => RepoTags?.includes(tagged));
  }

  async containerStart(id: string): Promise<void> {
    this.#call('POST', `/containers/${id}/start`);
    this.#find(id);
    const running = this.running.get(id);
    if (running) play(running, this.programs.shift() ?? {});
  }

  async containerStop(
    id: string,
    { timeout, signal }: { timeout?: number; signal?: string } = {},
  ): Promise<void> {
    this.#call('POST', `/containers/${id}/stop`, { t: timeout, signal });
    this.#find(id);
  }

  async containerKill(id: string, { signal }: { signal?: string } = {}): Promise<void> {
    this.#call('POST', `/containers/${id}/kill`, { signal });
    this.#find(id);
    this.running.get(id)?.end(137);
  }

  async containerPause(id: string): Promise<void> {
    this.#call('POST', `/containers/${id}/pause`);
    this.#find(id);
  }

  async containerUnpause(id: string): Promise<void> {
    this.#call('POST', `/containers/${id}/unpause`);
    this.#find(id);
  }

  async containerResize(id: string, { h, w }: { h: number; w: number }): Promise<void> {
    this.#call('POST', `/containers/${id}/resize`, { h, w });
  }

  async containerDelete(id: string, { force, v }: { force?: boolean; v?: boolean } = {}): Promise<void> {
    this.#call('DELETE', `/containers/${id}`, { force, v });
    const found = this.#find(id);
    if (found.State === 'running' && !force) {
      const why = 'container is running: stop the container before removing or force remove';
      throw new ApiError(409, `cannot remove container "${id}": ${why}`);
    }
    this.containers = this.containers.filter((container) => container !== found);
  }

  async containerList({ all, limit, size, filters }: api.ListOptions = {}): Promise<api.ContainerSummary[]> {
    this.#call('GET', '/containers/json', { all, limit, size, ...asFilters(filters) });
    return this.containers.filter(
      ({ State }) => all || limit !== undefined || State === 'running' || State === 'paused',
    );
  }

  async containerInspect(id: string, { size }: { size?: boolean } = {}): Promise<api.ContainerInspect> {
    this.#call('GET', `/containers/${id}/json`, { size });
    const { Id, State } = this.#find(id);
    const running = State === 'running' || State === 'paused';
    return {
      Id,
      State: { Status: State, Running: running },
      HostConfig: {},
      Config: {},
      ...this.inspects[id],
    } as api.ContainerInspect;
  }

  async containerLogs(id: string, options: api.LogsOptions): Promise<api.Attached> {
    this.#call('GET', `/containers/${id}/logs`, { ...options });
    return { raw: false, output: once({ stdout: this.logs[id] ?? '' }) };
  }

  async containerAttach(id: string, options: api.AttachOptions): Promise<api.Attached> {
    const { stream, stdin, stdout, stderr, logs } = options;
    this.#call('POST', `/containers/${id}/attach`, { stream, stdin, stdout, stderr, logs });
    const running = this.running.get(id) ?? makeRunning();
    this.running.set(id, running);
    return attachedTo(running, stdin);
  }

  async containerWait(id: string, condition: api.WaitCondition): Promise<api.Waiting> {
    const shown = condition === 'not-running' ? undefined : condition;
    this.#call('POST', `/containers/${id}/wait`, { condition: shown });
    this.#find(id);
    const running = this.running.get(id);
    return { result: (running?.exited ?? Promise.resolve(137)).then((StatusCode) => ({ StatusCode })) };
  }

  async execCreate(id: string, _config: api.ExecConfig): Promise<{ Id: string }> {
    this.#call('POST', `/containers/${id}/exec`);
    this.#find(id);
    this.#execs.set(this.nextId, this.programs.shift() ?? {});
    return { Id: this.nextId };
  }

  async execStart(id: string, _options: api.ExecStartOptions): Promise<api.Attached> {
    this.#call('POST', `/exec/${id}/start`);
    const running = makeRunning();
    play(running, this.#execs.get(id) ?? {});
    return attachedTo(running, true);
  }

  async execResize(id: string, { h, w }: { h: number; w: number }): Promise<void> {
    this.#call('POST', `/exec/${id}/resize`, { h, w });
  }

  async execInspect(id: string): Promise<api.ExecInspect> {
    this.#call('GET', `/exec/${id}/json`);
    return { ExitCode: this.#execs.get(id)?.code ?? 0 } as api.ExecInspect;
  }

  async imageList({ all, filters }: { all?: boolean; filters?: api.Filters } = {}): Promise<
    api.ImageSummary[]
  > {
    this.#call('GET', '/images/json', { all, ...asFilters(filters) });
    return this.images;
  }

  async imageInspect(name: string): Promise<api.ImageInspect> {
    this.#call('GET', `/images/${name}/json`);
    const image = this.images.find(({ RepoTags }) => RepoTags?.includes(name));
    if (!image) throw new ApiError(404, `No such image: ${name}`);
    return { Id: image.Id, RepoTags: image.RepoTags } as api.ImageInspect;
  }

  async imageCreate(options: {
    fromImage: string;
    tag: string;
    platform?: string;
  }): Promise<AsyncIterable<api.ProgressMessage>> {
    this.#call('POST', '/images/create', { ...options });
    const name = `${options.fromImage.replace(/^docker.io\/library\//, '')}:${options.tag}`;
    const answer = this.pulls[name];
    if (answer instanceof Error) throw answer;
    if (!this.hasImage(name)) this.images.push({ Id: 'sha256:0', RepoTags: [name] } as api.ImageSummary);
    return each(answer ?? []);
  }

  #find(id: string): api.ContainerSummary {
    const found = this.containers.find(({ Id, Names }) => Id === id || Names.includes(`/${id}`));
    if (!found) throw new ApiError(404, `No such container: ${id}`);
    return found;
  }

  imageHistory(name: string): Promise<api.ImageHistoryItem[]> {
    this.#call('GET', `/images/${name}/history`);
    return this.#answer('imageHistory', []);
  }

  imagePush(name: string, { tag }: api.PushOptions = {}): Promise<AsyncIterable<api.ProgressMessage>> {
    this.#call('POST', `/images/${name}/push`, { tag });
    return this.#answer('imagePush', each([]));
  }

  imageSearch({ term, limit, filters }: api.SearchOptions): Promise<api.SearchResult[]> {
    this.#call('GET', '/images/search', { term, limit, ...asFilters(filters) });
    return this.#answer('imageSearch', []);
  }

  distributionInspect(name: string): Promise<api.DistributionInspect> {
    this.#call('GET', `/distribution/${name}/json`);
    return this.#answer('distributionInspect');
  }

  async imageTag(name: string, { repo, tag }: { repo: string; tag?: string }): Promise<void> {
    this.#call('POST', `/images/${name}/tag`, { repo, tag });
  }

  async imageDelete(
    name: string,
    { force, noprune }: { force?: boolean; noprune?: boolean } = {},
  ): Promise<api.DeletedImage[]> {
    this.#call('DELETE', `/images/${name}`, { force, noprune });
    return this.#answer('imageDelete', []);
  }

  async imagePrune({ filters }: { filters?: api.Filters } = {}): Promise<api.ImagesPruned> {
    this.#call('POST', '/images/prune', asFilters(filters));
    return this.#answer('imagePrune', { ImagesDeleted: null, SpaceReclaimed: 0 });
  }

  async imageBuild(
    context: AsyncIterable<Uint8Array>,
    options: api.ImageBuildOptions = {},
  ): Promise<AsyncIterable<api.ProgressMessage>> {
    this.#call('POST', '/build', {});
    this.builds.push(options);
    this.received = await bytesOf(context);
    return each(await this.#answer<api.ProgressMessage[]>('imageBuild', []));
  }

  async imageSolve(options: api.SolveOptions): Promise<AsyncIterable<api.SolveStatus>> {
    this.#call('POST', '/grpc', {});
    this.solves.push(options);
    return each(await this.#answer<api.SolveStatus[]>('imageSolve', [{ image: 'sha256:00' }]));
  }

  buildWatch(): Promise<AsyncIterable<api.BuildView>> {
    return Promise.reject(new Error('The command watches no builds.'));
  }

  buildCancel(): Promise<void> {
    return Promise.reject(new Error('The command gives builds up by their statuses.'));
  }

  async buildPrune({ all, filters }: api.BuildPruneOptions = {}): Promise<api.BuildPruned> {
    this.#call('POST', '/build/prune', { all, filters: filters && JSON.stringify(filters) });
    return this.#answer('buildPrune', { CachesDeleted: null, SpaceReclaimed: 0 });
  }

  async imageLoad(
    tar: AsyncIterable<Uint8Array>,
    { quiet }: { quiet?: boolean } = {},
  ): Promise<AsyncIterable<api.ProgressMessage>> {
    this.#call('POST', '/images/load', { quiet });
    this.received = await bytesOf(tar);
    return each(await this.#answer<api.ProgressMessage[]>('imageLoad', []));
  }

  async imageSave(names: readonly string[]): Promise<AsyncIterable<Uint8Array>> {
    this.#call('GET', '/images/get', { names: names.join(',') });
    return this.#answer('imageSave');
  }

  async imageImportFrom(
    fromSrc: string,
    options: api.ImportOptions = {},
  ): Promise<AsyncIterable<api.ProgressMessage>> {
    this.#import(fromSrc, options);
    return each(await this.#answer<api.ProgressMessage[]>('imageImportFrom', []));
  }

  #import(fromSrc: string, { repo, tag, message, platform, changes = [] }: api.ImportOptions): void {
    const query = { fromSrc, repo, tag, message, platform, changes: changes.join('\n') || undefined };
    this.#call('POST', '/images/create', query);
  }

  async imageImport(
    tar: AsyncIterable<Uint8Array>,
    options: api.ImportOptions = {},
  ): Promise<{ Id: string }> {
    this.#import('-', options);
    this.received = await bytesOf(tar);
    return this.#answer('imageImport');
  }

  async containerCommit(
    container: string,
    { repo, tag, comment, author, pause, changes = [] }: api.CommitOptions = {},
  ): Promise<{ Id: string }> {
    const query = { container, repo, tag, comment, author, changes: changes.join('\n') || undefined };
    this.#call('POST', '/commit', { ...query, pause: pause === false ? '0' : undefined });
    return this.#answer('containerCommit');
  }

  async events({ since, until, filters }: api.EventsOptions = {}): Promise<AsyncIterable<api.EventMessage>> {
    this.#call('GET', '/events', { since, until, ...asFilters(filters) });
    return this.#answer('events', each([]));
  }

  async diskUsage(): Promise<api.DiskUsage> {
    this.#call('GET', '/system/df');
    return this.#answer('diskUsage');
  }

  async auth(): Promise<api.AuthResult> {
    this.#call('POST', '/auth');
    return this.#answer('auth');
  }

  async containerRestart(id: string, { timeout, signal }: api.StopOptions = {}): Promise<void> {
    this.#call('POST', `/containers/${id}/restart`, { t: timeout, signal });
    this.#find(id);
  }

  async containerRename(id: string, name: string): Promise<void> {
    this.#call('POST', `/containers/${id}/rename`, { name });
    this.#find(id).Names = [`/${name}`];
  }

  async containerUpdate(id: string, config: api.UpdateConfig): Promise<{ Warnings: string[] | null }> {
    this.#call('POST', `/containers/${id}/update`);
    this.#find(id);
    this.updates.push(config);
    return { Warnings: this.warnings };
  }

  async containerPrune({ filters }: { filters?: api.Filters } = {}): Promise<api.ContainersPruned> {
    this.#call('POST', '/containers/prune', asFilters(filters));
    return this.#answer('containerPrune', { ContainersDeleted: null, SpaceReclaimed: 0 });
  }

  async containerTop(id: string, { ps_args }: { ps_args?: string } = {}): Promise<api.Top> {
    this.#call('GET', `/containers/${id}/top`, { ps_args });
    this.#find(id);
    return this.#answer('containerTop');
  }

  async containerChanges(id: string): Promise<api.Change[]> {
    this.#call('GET', `/containers/${id}/changes`);
    this.#find(id);
    return this.#answer('containerChanges', []);
  }

  async containerStats(id: string, { stream }: { stream: boolean }): Promise<AsyncIterable<api.Stats>> {
    this.#call('GET', `/containers/${id}/stats`, { stream: stream ? '1' : '0' });
    this.#find(id);
    return this.#answer('containerStats');
  }

  async containerExport(id: string): Promise<AsyncIterable<Uint8Array>> {
    this.#call('GET', `/containers/${id}/export`);
    this.#find(id);
    return this.#answer('containerExport');
  }

  async containerPathStat(id: string, path: string): Promise<api.PathStat> {
    this.#call('HEAD', `/containers/${id}/archive`, { path });
    this.#find(id);
    return this.pathStat(path) ?? missingPath(id, path);
  }

  async containerGetArchive(
    id: string,
    path: string,
  ): Promise<{ stat: api.PathStat; tar: AsyncIterable<Uint8Array> }> {
    this.#call('GET', `/containers/${id}/archive`, { path });
    this.#find(id);
    return { stat: this.pathStat(path) ?? missingPath(id, path), tar: each(this.archive) };
  }

  async containerPutArchive(
    id: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    { noOverwriteDirNonDir, copyUIDGID }: api.PutArchiveOptions = {},
  ): Promise<void> {
    const overwrite = noOverwriteDirNonDir ? { noOverwriteDirNonDir: 'true' } : {};
    this.#call('PUT', `/containers/${id}/archive`, { path, ...overwrite, copyUIDGID });
    this.received = await bytesOf(tar);
  }

  async networkList({ filters }: api.NetworkListOptions = {}): Promise<api.Network[]> {
    this.#call('GET', '/networks', asFilters(filters));
    return this.#answer('networkList', []);
  }

  async networkInspect(id: string, { verbose }: { verbose?: boolean } = {}): Promise<api.Network> {
    this.#call('GET', `/networks/${id}`, { verbose });
    return this.#answer('networkInspect', () => missingNetwork(id));
  }

  async networkCreate(config: api.NetworkCreate): Promise<{ Id: string; Warning: string }> {
    this.#call('POST', '/networks/create');
    return this.#answer('networkCreate', { Id: `id of ${config.Name}`, Warning: '' });
  }

  async networkRemove(id: string): Promise<void> {
    this.#call('DELETE', `/networks/${id}`);
    return this.#answer('networkRemove', () => missingNetwork(id));
  }

  async networkConnect(id: string): Promise<void> {
    this.#call('POST', `/networks/${id}/connect`);
  }

  async networkDisconnect(id: string): Promise<void> {
    this.#call('POST', `/networks/${id}/disconnect`);
  }

  async networkPrune({ filters }: { filters?: api.Filters } = {}): Promise<{
    NetworksDeleted: string[] | null;
  }> {
    this.#call('POST', '/networks/prune', asFilters(filters));
    return this.#answer('networkPrune', { NetworksDeleted: null });
  }

  async volumeList({ filters }: { filters?: api.Filters } = {}): Promise<{
    Volumes: api.Volume[];
    Warnings: string[] | null;
  }> {
    this.#call('GET', '/volumes', asFilters(filters));
    return { Volumes: this.volumes, Warnings: null };
  }

  async volumeInspect(name: string): Promise<api.Volume> {
    this.#call('GET', `/volumes/${name}`);
    return this.volumes.find(({ Name }) => Name === name) ?? missingVolume(name);
  }

  async volumeCreate({ Name, Labels, DriverOpts }: api.VolumeCreate): Promise<api.Volume> {
    this.#call('POST', '/volumes/create');
    const volume = volumeFixture({
      Name: Name || 'cc56fe82e1fdee10bb9a8c6120315e10efd3414475fbf971f86567d652d76fa9',
      Labels: Labels && Object.keys(Labels).length > 0 ? Labels : null,
      Options: DriverOpts && Object.keys(DriverOpts).length > 0 ? DriverOpts : null,
    });
    this.volumes.push(volume);
    return volume;
  }

  async volumeRemove(name: string, { force }: { force?: boolean } = {}): Promise<void> {
    this.#call('DELETE', `/volumes/${name}`, { force });
    const found = this.volumes.find(({ Name }) => Name === name);
    if (!found && !force) missingVolume(name);
    this.volumes = this.volumes.filter((volume) => volume !== found);
  }

  async volumePrune({ filters }: { filters?: api.Filters } = {}): Promise<api.VolumesPruned> {
    this.#call('POST', '/volumes/prune', asFilters(filters));
    return this.#answer('volumePrune', { VolumesDeleted: null, SpaceReclaimed: 0 });
  }

  /** What the test says; a function is called. */
  async #answer<T>(operation: keyof api.EngineApi, otherwise?: T | (() => T)): Promise<T> {
    const answer = (operation in this.answers ? this.answers[operation] : otherwise) ?? absent(operation);
    return typeof answer === 'function' ? (answer as () => T)() : (answer as T);
  }
}

function asFilters(filters: api.Filters | undefined): { filters?: string } {
  if (filters === undefined) return {};
  const sets = Object.entries(filters).map(([name, values]) => [
    name,
    Object.fromEntries(values.map((value) => [value, true])),
  ]);
  return { filters: JSON.stringify(Object.fromEntries(sets)) };
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function missingPath(container: string, path: string): never {
  throw new ApiError(404, `Could not find the file ${path} in container ${container}`);
}

function missingVolume(name: string): never {
  throw new ApiError(404, `get ${name}: no such volume`);
}

function missingNetwork(name: string): never {
  throw new ApiError(404, `network ${name} not found`);
}

function absent(what: string): never {
  throw new Error(`the fake engine was given no ${what}`);
}

function makeRunning(): Running {
  let resolveExit: ((code: number) => void) | undefined;
  const exited = new Promise<number>((resolve) => (resolveExit = resolve));
  const end = (code: number) => resolveExit?.(code);
  const output = new Queue<api.OutputChunk>();
  const input = new Queue<Uint8Array>();
  void exited.then(() => output.end());
  return { output, input, exited, end };
}

function play(running: Running, program: Program): void {
  if (program.failure !== undefined) {
    running.end(127);
    throw new ApiError(400, program.failure);
  }
  say(running.output, program);
  if (program.echoes) void echo(running, program.code ?? 0);
  else if (!program.lasts) running.end(program.code ?? 0);
}

async function echo(running: Running, code: number): Promise<void> {
  for await (const bytes of running.input) running.output.push({ stream: 'stdout', bytes });
  running.end(code);
}

function say(output: Queue<api.OutputChunk>, { stdout, stderr }: Program): void {
  if (stdout) output.push({ stream: 'stdout', bytes: new TextEncoder().encode(stdout) });
  if (stderr) output.push({ stream: 'stderr', bytes: new TextEncoder().encode(stderr) });
}

function once(program: Program): AsyncIterable<api.OutputChunk> {
  const queue = new Queue<api.OutputChunk>();
  say(queue, program);
  queue.end();
  return queue;
}

function attachedTo({ output, input }: Running, stdin: boolean | undefined): api.Attached {
  if (!stdin) return { raw: false, output };
  return {
    raw: false,
    output,
    stdin: { write: async (bytes) => input.push(bytes), close: async () => input.end() },
  };
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
