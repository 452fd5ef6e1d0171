import type { GitFetch } from '../git/http.ts';
import type { ContentStore } from '../../content/contentstore.ts';
import { BottleshipError, errorKind, errorMessage } from '../../oci/errors.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference, formatReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type {
  AuthConfigs,
  BuildContext,
  CacheImport,
  SolveAnswers,
  SolveExport,
  SolveOptions,
  SolveSource,
  SolveStatus,
} from '../../protocol/engine-api.ts';
import { internal, invalid } from '../errors.ts';
import { treeSize, treeTar } from '../files/tree-tar.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import { parseProgram } from '../instructions/parse.ts';
import { hostConfig } from '../request.ts';
import { SourceError } from '../instructions/source-error.ts';
import { UnknownCommit } from '../git/clone.ts';
import { isGitAddress } from '../git/address.ts';
import { keepsGitDir } from '../remote.ts';
import type { Dockerfile } from '../syntax/dockerfile.ts';
import { parseDockerfile } from '../syntax/dockerfile.ts';
import { abortable } from '../abortable.ts';
import type { Program } from '../instructions/instruction.ts';
import { isAbort } from './abort.ts';
import { checkAnswer, outlineAnswer, targetsAnswer } from './answers.ts';
import type { SolveBackend, SolveCache } from './backend.ts';
import { requireContextPaths } from './context-paths.ts';
import type { OpenedContext } from './contexts.ts';
import { openSolveContext } from './contexts.ts';
import type { ContextStore } from './context-store.ts';
import type { ImageParts } from './image.ts';
import { imageConfig } from './image.ts';
import { parseDiffId } from '../../oci/diffid.ts';
import { HeldLayers, HoldingCache } from './held-layers.ts';
import { ImportedCache } from './imported-cache.ts';
import { inlineCache, stepsOf } from './inline-cache.ts';
import { lintNames, lintStatements } from './lint.ts';
import type { LintWarning } from './linter.ts';
import { Linter } from './linter.ts';
import { sourceDateEpoch } from './epoch.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';
import { requireCommands } from './same-steps.ts';
import type { Vertex } from './progress.ts';
import { Progress } from './progress.ts';
import type { Snapshot } from './solver.ts';
import type { Step } from './step.ts';
import { Solver } from './solver.ts';

export interface SolverParts {
  readonly backend: SolveBackend;
  /** Where contexts wait while they are built. */
  readonly content: ContentStore;
  /** What is known of directories from earlier builds. */
  readonly contexts: ContextStore;
  readonly fetch: typeof fetch;
  readonly gitFetch: GitFetch;
  /** As the engine writes a moment. */
  readonly time: (milliseconds: number) => string;
}

export interface SolveRequest {
  readonly options: SolveOptions;
  readonly signal: AbortSignal;
  readonly report: (status: SolveStatus) => void;
}

/**
 * Builds an image as BuildKit does: only what the target needs, what is independent at the same time, nothing twice. Says
 * what it does with statuses, of which the last one has the image or the failure. Never rejects; when it resolves nothing
 * runs any more, and what worked is in the cache.
 */
export async function solveImage(parts: SolverParts, request: SolveRequest): Promise<void> {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  request.signal.addEventListener('abort', giveUp, { once: true });
  if (request.signal.aborted) giveUp();
  const build = new Build(parts, { ...request, signal: abort.signal });
  let last: SolveStatus;
  try {
    last = await build.run();
  } catch (error) {
    abort.abort();
    last = { failure: failureOf(error, request.options.call === undefined ? build.source : undefined) };
  } finally {
    request.signal.removeEventListener('abort', giveUp);
    await build.close(request.signal);
  }
  request.report(last);
}

type WithoutRange = Omit<SolveSource, 'range'>;

function failureOf(error: unknown, source: WithoutRange | undefined): SolveStatus['failure'] & object {
  if (isAbort(error)) return { message: 'Canceled: context canceled' };
  const message = errorMessage(error);
  if (!(error instanceof SourceError) || source === undefined) return { message };
  return { message, source: { ...source, range: error.lines } };
}

class Build {
  readonly #parts: SolverParts;
  readonly #request: SolveRequest;
  readonly #progress: Progress;
  readonly #opened = new Map<string, Promise<OpenedContext>>();
  readonly #held: HeldLayers;
  #solver: Solver | undefined;
  /** The digest of the step that has read the Dockerfile. */
  #definition = '';
  /** The Dockerfile, once it has been read. */
  source: WithoutRange | undefined;

  constructor(parts: SolverParts, request: SolveRequest) {
    this.#parts = parts;
    this.#request = request;
    this.#held = new HeldLayers(parts.backend);
    this.#progress = new Progress(request.report, () => parts.backend.now());
  }

  /** What its last message says. */
  async run(): Promise<SolveStatus> {
    const { options } = this.#request;
    const tags = tagsOf(options.tags ?? []);
    const epoch = sourceDateEpoch(options.buildArgs);
    requireMachinePlatform(options.platform ?? '', this.#parts.backend.platform);
    const text = await this.#loadDockerfile();
    if (options.call === 'subrequests.describe') return { answer: {} };
    requireCall(options.call);
    if (options.call === 'check') return { answer: { check: await this.#check(text) } };
    if (options.call === 'targets')
      return { answer: { targets: targetsAnswer(parseProgram(this.#parsed(text)), this.#readSource()) } };
    const { program, planned } = await this.#plan(text, (warning) => this.#warn(warning));
    if (options.call === 'outline')
      return {
        answer: { outline: outlineAnswer(program, options.target ?? '', planned, this.#readSource()) },
      };
    requireContextPaths(planned.stage.step);
    requireCommands(planned.stage.step);
    const cache = new ImportedCache(this.#parts.backend.cache);
    for (const one of options.cacheImports ?? []) await this.#import(one, cache);
    const solver = this.#makeSolver(new HoldingCache(cache, this.#held), planned.stage.step);
    const result = await solver.build(planned.stage.step);
    const { time, backend } = this.#parts;
    const { labels = {} } = options;
    const image = { solver, stage: planned.stage, labels, platform: backend.platform, time, epoch };
    return this.#export(image, result, tags);
  }

  async #plan(
    text: string,
    report: (warning: LintWarning) => void,
  ): Promise<{ program: Program; planned: Plan }> {
    const { options } = this.#request;
    const dockerfile = this.#parsed(text);
    const linter = this.#linter(dockerfile, report);
    lintStatements(linter, dockerfile);
    const program = parseProgram(dockerfile);
    lintNames(linter, dockerfile, program.stages);
    const planned = await plan({
      dockerfile,
      program,
      options,
      platform: this.#parts.backend.platform,
      contextImages: contextImages(options),
      image: (reference, platform) => this.#image(reference, platform),
      linter,
    });
    await this.#loadIgnoreFile();
    linter.requireClean();
    return { program, planned };
  }

  /** What is wrong with the Dockerfile is the answer, and no failure. */
  async #check(text: string): Promise<SolveAnswers['check']> {
    const warnings: LintWarning[] = [];
    try {
      await this.#plan(text, (warning) => warnings.push(warning));
      return checkAnswer(warnings, this.#readSource(), undefined);
    } catch (error) {
      if (isAbort(error)) throw error;
      const lines = error instanceof SourceError ? { lines: error.lines } : {};
      return checkAnswer(warnings, this.#readSource(), { message: errorMessage(error), ...lines });
    }
  }

  #readSource(): WithoutRange {
    return this.source ?? { filename: '', text: '' };
  }

  /** What cannot be imported is told of; the build goes on without. */
  async #import({ type, ref = '' }: CacheImport, cache: ImportedCache): Promise<void> {
    const { backend } = this.#parts;
    const vertex = this.#progress.vertex(`importing cache manifest from ${ref || type}`);
    await this.#progress
      .during(vertex, async () => {
        if (type !== 'registry') throw internal(`unknown cache importer: ${type}`);
        const options = { where: 'anywhere', platform: '' } as const;
        const image = await backend
          .image(ref, options, () => undefined)
          .catch((error: unknown) => {
            const why = `${formatReference(withDefaultTag(parseReference(ref)))}: not found`;
            const message = errorKind(error) === 'not-found' ? why : errorMessage(error);
            throw internal(`failed to configure registry cache importer: ${message}`, error);
          });
        cache.add(await stepsOf(image, backend));
      })
      .catch(() => undefined);
  }

  /** Waits for what is under way, and gives contexts up. */
  async close(signal: AbortSignal): Promise<void> {
    await this.#solver?.settled();
    await this.#keepCaches(signal);
    for (const opened of this.#opened.values())
      await opened.then((context) => context.close()).catch(() => undefined);
    this.#held.release();
  }

  /** A build is no less good for what could not be kept. */
  async #keepCaches(signal: AbortSignal): Promise<void> {
    const problems = await this.#parts.backend.keepCaches(signal);
    if (problems.length === 0) return;
    const vertex = this.#progress.vertex('[internal] keep cache mounts');
    await this.#progress.during(vertex, async () => {
      for (const short of problems)
        this.#progress.warn({
          vertex: vertex.digest,
          short,
          detail: 'The next build after a reload of the page begins with what was kept last',
          url: '',
        });
    });
  }

  #makeSolver(cache: SolveCache, target: Step): Solver {
    const { backend, fetch, gitFetch } = this.#parts;
    const { signal, options } = this.#request;
    const trees = new Map<string, Promise<TreeNode>>();
    const parts = {
      backend,
      cache,
      fetch,
      gitFetch,
      signal,
      progress: this.#progress,
      host: hostConfig(options),
      secret: async (id: string) => options.secrets?.[id] ?? options.secret?.(id),
      context: (name: string) => {
        const known = trees.get(name) ?? this.#loadContext(name);
        trees.set(name, known);
        return known;
      },
    };
    this.#solver = new Solver(parts, target);
    return this.#solver;
  }

  async #loadDockerfile(): Promise<string> {
    const { options } = this.#request;
    const filename = options.dockerfile || 'Dockerfile';
    if (addressOf(options.context) !== undefined && options.dockerfileText === undefined)
      return this.#readRemote(filename);
    const vertex = this.#progress.vertex(
      `[internal] load build definition from ${filename.split('/').at(-1)}`,
    );
    return this.#progress.during(vertex, async () => {
      const bytes = await this.#dockerfileBytes(filename);
      const status = vertex.progress('transferring dockerfile:');
      status.to(bytes.length);
      status.end();
      return this.#read(filename, bytes, vertex.digest);
    });
  }

  /** It comes with the context, which is a step of its own. */
  async #readRemote(filename: string): Promise<string> {
    try {
      return this.#read(filename, await this.#dockerfileBytes(filename), '');
    } catch (error) {
      if (errorMessage(error).startsWith('failed to read dockerfile: ')) throw error;
      const why = error instanceof UnknownCommit ? 'failed to load cache key: ' : '';
      throw internal(`failed to read dockerfile: ${why}${errorMessage(error)}`, error);
    }
  }

  #read(filename: string, bytes: Uint8Array, vertex: string): string {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    this.source = { filename: filename.split('/').at(-1) ?? filename, text };
    this.#definition = vertex;
    return text;
  }

  async #dockerfileBytes(filename: string): Promise<Uint8Array> {
    const { dockerfileText } = this.#request.options;
    if (dockerfileText !== undefined) return new TextEncoder().encode(dockerfileText);
    const context = await this.#open('');
    const bytes =
      (await context.find(filename)) ??
      (filename === 'Dockerfile' ? await context.find(filename.toLowerCase()) : undefined);
    if (bytes === undefined)
      throw internal(
        `failed to read dockerfile: open ${filename.split('/').at(-1)}: no such file or directory`,
      );
    return bytes;
  }

  #linter({ directives }: Dockerfile, report: (warning: LintWarning) => void): Linter {
    const check = this.#request.options.buildArgs?.['BUILDKIT_DOCKERFILE_CHECK'];
    return new Linter(check ?? directives.get('check') ?? '', report);
  }

  /** It belongs to the step that has read the Dockerfile. */
  #warn({ short, detail, url, range }: LintWarning): void {
    this.#progress.warn({
      vertex: this.#definition,
      short,
      detail,
      url,
      source: { ...this.#readSource(), range },
    });
  }

  #parsed(text: string): Dockerfile {
    if (text === '') throw invalid('the Dockerfile cannot be empty');
    return parseDockerfile(text);
  }

  /** Its own file for each Dockerfile counts more than that of the context. */
  async #loadIgnoreFile(): Promise<void> {
    const { options } = this.#request;
    const dockerfile = options.dockerfile || 'Dockerfile';
    const context = await this.#open('');
    if (addressOf(options.context) !== undefined) return void (await context.loadIgnoreFile(dockerfile));
    const vertex = this.#progress.vertex('[internal] load .dockerignore');
    await this.#progress.during(vertex, async () => {
      const size = await context.loadIgnoreFile(dockerfile);
      const status = vertex.progress('transferring context:');
      status.to(size);
      status.end();
    });
  }

  /** A named context has its own. */
  async #loadIgnoreFileOf(name: string): Promise<void> {
    const vertex = this.#progress.vertex(`[context ${name}] load .dockerignore`);
    await this.#progress.during(vertex, async () => {
      const size = await (await this.#open(name)).loadIgnoreFile();
      const status = vertex.progress(`transferring ${name}:`);
      status.to(size);
      status.end();
    });
  }

  async #loadContext(name: string): Promise<TreeNode> {
    if (name === 'scratch') return layersRoot([]);
    const { options } = this.#request;
    const given = name === '' ? options.context : options.contexts?.[name];
    if (given !== undefined && addressOf(given) !== undefined)
      return (await this.#open(name)).tree(() => undefined);
    if (name !== '') await this.#loadIgnoreFileOf(name);
    const shown = name === '' ? '[internal] load build context' : `[context ${name}] load from client`;
    const vertex = this.#progress.vertex(shown);
    return this.#progress.during(vertex, async () => {
      const context = await this.#open(name);
      const status = vertex.progress(name === '' ? 'transferring context:' : `transferring ${name}:`);
      const tree = await context.tree((bytes) => status.to(bytes));
      status.end();
      return tree;
    });
  }

  #open(name: string): Promise<OpenedContext> {
    const { options } = this.#request;
    const given = name === '' ? options.context : options.contexts?.[name];
    if (given === undefined) throw internal(`no context named ${name}`);
    const known = this.#opened.get(name) ?? this.#openGiven(given);
    this.#opened.set(name, known);
    return known;
  }

  /** One from elsewhere is a step of its own. */
  #openGiven(given: BuildContext): Promise<OpenedContext> {
    const { content, contexts, fetch, gitFetch, backend } = this.#parts;
    const { options, signal } = this.#request;
    const keepGitDir = keepsGitDir(options);
    const parts = { content, contexts, fetch, gitFetch, now: () => backend.now(), signal, keepGitDir };
    const address = addressOf(given);
    if (address === undefined) return openSolveContext(parts, given);
    const shown = isGitAddress(address) ? `git source ${address}` : 'remote build context';
    const vertex = this.#progress.vertex(`[internal] load ${shown}`);
    return this.#progress.during(vertex, () => openSolveContext(parts, given));
  }

  async #image(reference: string, platform: string) {
    const { options } = this.#request;
    const { backend } = this.#parts;
    const vertex = this.#progress.vertex(`[internal] load metadata for ${reference}`);
    return this.#progress.during(vertex, async () => {
      const wanted = platform || options.platform || '';
      const layers = new Map<string, ReturnType<typeof vertex.progress>>();
      try {
        const parsed = parseReference(reference);
        const image = await backend.image(
          familiarReference(parsed),
          {
            where: options.pull ? 'pull' : 'anywhere',
            platform: wanted === backend.platform ? '' : wanted,
            auths: options.authConfigs ?? (await askedCredentials(options, parsed)),
          },
          ({ id = '', status = '', progressDetail }) => {
            const at = progressDetail?.current;
            if (at === undefined || status !== 'Downloading') return;
            const shown = layers.get(id) ?? vertex.progress(id, progressDetail?.total);
            layers.set(id, shown);
            shown.to(at);
          },
        );
        await this.#held.hold(image.layers.map(parseDiffId));
        return image;
      } catch (error) {
        throw notFound(error, reference);
      }
    });
  }

  /** From here on it is made whole. */
  async #export(
    parts: Omit<ImageParts, 'inlineCache'>,
    result: Snapshot,
    tags: readonly string[],
  ): Promise<SolveStatus> {
    const { signal, options } = this.#request;
    signal.throwIfAborted();
    let last: SolveStatus = { isDone: true };
    for (const one of options.exports ?? [{ type: 'image' }]) {
      if (one.type === 'image') last = { image: await this.#exportImage(parts, result, tags) };
      else await this.#exportFiles(one, result);
    }
    return last;
  }

  async #exportFiles(
    { type, take }: SolveExport & { type: 'local' | 'tar' },
    { layers }: Snapshot,
  ): Promise<void> {
    const { backend } = this.#parts;
    const isLocal = type === 'local';
    const vertex = this.#progress.vertex(`exporting to client ${isLocal ? 'directory' : 'tarball'}`);
    await this.#progress.during(vertex, async () => {
      const status = vertex.progress(isLocal ? 'copying files' : 'sending tarball');
      const root = layersRoot(await backend.open(layers.map(({ diffId }) => diffId)));
      if (isLocal) status.to(treeSize(root));
      await take(abortable(treeTar(root, 'seconds'), this.#request.signal));
      status.end();
    });
  }

  async #exportImage(
    parts: Omit<ImageParts, 'inlineCache'>,
    result: Snapshot,
    tags: readonly string[],
  ): Promise<string> {
    const { backend } = this.#parts;
    const vertex = this.#progress.vertex('exporting to image');
    return this.#progress.during(vertex, async () => {
      vertex.progress('exporting layers').end();
      const inlineCache = await this.#inlineCache(parts, vertex);
      const config = await imageConfig({ ...parts, inlineCache }, result);
      const id = await backend.add(config, result.layers);
      vertex.progress(`writing image ${id}`).end();
      for (const tag of tags) {
        await backend.tag(id, tag);
        vertex
          .progress(
            `naming to ${formatReference(withDefaultTag(parseReference(tag)))}`.replace(/:latest$/, ''),
          )
          .end();
      }
      return id;
    });
  }

  async #inlineCache(
    { solver, stage, time }: Omit<ImageParts, 'inlineCache'>,
    vertex: Vertex,
  ): Promise<string | undefined> {
    if (!wantsInlineCache(this.#request.options)) return undefined;
    vertex.progress('preparing layers for inline cache').end();
    return inlineCache(solver, stage.step, time);
  }
}

async function askedCredentials(
  { credentials }: SolveOptions,
  { domain }: Reference,
): Promise<AuthConfigs | undefined> {
  const found = await credentials?.(domain);
  return found === undefined ? undefined : { [domain === hub ? hubAddress : domain]: found };
}

const hub = 'docker.io';
const hubAddress = 'https://index.docker.io/v1/';

function requireCall(call: string | undefined): void {
  if (call === undefined || ['check', 'outline', 'targets'].includes(call)) return;
  const message = `unsupported request frontend.${call}`;
  throw internal(`${message}: ${message}`);
}

function addressOf(context: BuildContext): string | undefined {
  return 'address' in context ? context.address : undefined;
}

/** `--cache-to type=inline`, or as it was asked for before there was that. */
function wantsInlineCache({ inlineCache: isWanted, buildArgs = {} }: SolveOptions): boolean {
  const text = buildArgs['BUILDKIT_INLINE_CACHE'] ?? '';
  return isWanted === true || /^(?:1|t|true)$/i.test(text);
}

/** Short names with their tags. */
function tagsOf(names: readonly string[]): string[] {
  return names
    .filter((name) => name !== '')
    .map((name) => {
      try {
        return familiarReference(withDefaultTag(parseReference(name)));
      } catch (error) {
        throw invalid(`invalid tag ${JSON.stringify(name)}: ${errorMessage(error)}`);
      }
    });
}

function requireMachinePlatform(wanted: string, own: string): void {
  const named = wanted.toLowerCase().replace(/\/(?:i[3-6]86|x86)$/, '/386');
  if (named !== '' && named !== own && named !== 'linux')
    throw invalid(`this engine builds for ${own} only, not for ${wanted}`);
}

function contextImages({ contexts = {} }: SolveOptions): Map<string, string> {
  return new Map(
    Object.entries(contexts).flatMap(([name, one]) => ('image' in one ? [[name, one.image] as const] : [])),
  );
}

function notFound(error: unknown, reference: string): unknown {
  if (errorKind(error) !== 'not-found') return error;
  const text = errorMessage(error);
  return /manifest/.test(text) && !/unknown/.test(text)
    ? error
    : new BottleshipError('not-found', `${reference}: not found`, { cause: error });
}
