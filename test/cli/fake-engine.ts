import { Queue } from '../../worker/cli/queue.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type * as api from '../../worker/protocol/engine-api.ts';
import { containerFixture } from './fixtures.ts';

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
    this.#call('GET', '/containers/json', { all, limit, size, filters: filters && JSON.stringify(filters) });
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
    this.#call('GET', '/images/json', { all, filters: filters && JSON.stringify(filters) });
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

  imageHistory(): Promise<never> {
    return unserved('imageHistory');
  }

  imageTag(): Promise<never> {
    return unserved('imageTag');
  }

  imageDelete(): Promise<never> {
    return unserved('imageDelete');
  }

  imagePrune(): Promise<never> {
    return unserved('imagePrune');
  }

  imageLoad(): Promise<never> {
    return unserved('imageLoad');
  }

  events(): Promise<never> {
    return unserved('events');
  }

  diskUsage(): Promise<never> {
    return unserved('diskUsage');
  }

  auth(): Promise<never> {
    return unserved('auth');
  }

  containerRestart(): Promise<never> {
    return unserved('containerRestart');
  }

  containerRename(): Promise<never> {
    return unserved('containerRename');
  }

  containerUpdate(): Promise<never> {
    return unserved('containerUpdate');
  }

  containerPrune(): Promise<never> {
    return unserved('containerPrune');
  }

  containerTop(): Promise<never> {
    return unserved('containerTop');
  }

  containerChanges(): Promise<never> {
    return unserved('containerChanges');
  }

  containerStats(): Promise<never> {
    return unserved('containerStats');
  }

  containerExport(): Promise<never> {
    return unserved('containerExport');
  }

  containerPathStat(): Promise<never> {
    return unserved('containerPathStat');
  }

  containerGetArchive(): Promise<never> {
    return unserved('containerGetArchive');
  }

  containerPutArchive(): Promise<never> {
    return unserved('containerPutArchive');
  }

  networkList(): Promise<never> {
    return unserved('networkList');
  }

  networkInspect(): Promise<never> {
    return unserved('networkInspect');
  }

  networkCreate(): Promise<never> {
    return unserved('networkCreate');
  }

  networkRemove(): Promise<never> {
    return unserved('networkRemove');
  }

  networkPrune(): Promise<never> {
    return unserved('networkPrune');
  }

  volumeList(): Promise<never> {
    return unserved('volumeList');
  }

  volumeInspect(): Promise<never> {
    return unserved('volumeInspect');
  }

  volumeCreate(): Promise<never> {
    return unserved('volumeCreate');
  }

  volumeRemove(): Promise<never> {
    return unserved('volumeRemove');
  }

  volumePrune(): Promise<never> {
    return unserved('volumePrune');
  }
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

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function unserved(operation: string): Promise<never> {
  return Promise.reject(new ApiError(501, `${operation} is not served by the fake`));
}
