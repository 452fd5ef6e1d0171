import type { ImageBuildOptions, ProgressMessage } from '../../protocol/engine-api.ts';
import { buildSource } from '../build/build-source.ts';
import type { ProgressKind } from '../build/kit-build.ts';
import { showSolve } from '../build/kit-build.ts';
import { kitSource, namedContexts } from '../build/kit-source.ts';
import { readSecrets } from '../build/secrets.ts';
import type { Call } from '../command-spec.ts';
import { command, exactly } from '../command-spec.ts';
import { errorText, StatusError } from '../errors.ts';
import { parseReference } from '../../oci/reference.ts';
import { bytes, swapBytes } from '../flags/bytes.ts';
import { unavailable } from '../flags/flag.ts';
import { bool, cut, integer, list, string } from '../flags/kinds.ts';
import { ulimits } from '../flags/ulimit.ts';
import { validExtraHost, validLabel } from '../flags/validate.ts';
import { humanSize } from '../format/size.ts';
import { absolutePath } from '../path.ts';
import { ProgressScreen } from '../progress.ts';
import { progressWidth } from '../pull.ts';

const flags = {
  'add-host': list('Add a custom host-to-IP mapping ("host:ip")', { validate: validExtraHost }),
  allow: list('Allow extra privileged entitlement (e.g., "network.host")', { type: 'strings', hidden: true }),
  'build-arg': list('Set build-time variables'),
  'build-context': list('Additional build contexts (e.g., name=path)', { hidden: true }),
  'cache-from': list('Images to consider as cache sources', { type: 'strings' }),
  'cgroup-parent': string('Set the parent cgroup for the "RUN" instructions during build'),
  compress: bool('Compress the build context using gzip'),
  'cpu-period': integer('Limit the CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit the CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
  'disable-content-trust': bool('Skip image verification', { initial: true }),
  file: string('Name of the Dockerfile (Default is "PATH/Dockerfile")', { short: 'f' }),
  'force-rm': bool('Always remove intermediate containers'),
  iidfile: string('Write the image ID to the file'),
  isolation: string('Container isolation technology'),
  label: list('Set metadata for an image', { validate: validLabel }),
  memory: bytes('Memory limit', { short: 'm' }),
  'memory-swap': swapBytes('Swap limit equal to memory plus swap: -1 to enable unlimited swap'),
  network: string('Set the networking mode for the RUN instructions during build', { initial: 'default' }),
  'no-cache': bool('Do not use cache when building the image'),
  'no-cache-filter': list('Do not cache specified stages', { type: 'strings', hidden: true }),
  platform: string('Set platform if server is multi-platform capable', { preset: 'DOCKER_DEFAULT_PLATFORM' }),
  progress: string('Set type of progress output ("auto", "plain", "tty", "quiet", "rawjson")', {
    initial: 'auto',
    preset: 'BUILDKIT_PROGRESS',
    hidden: true,
  }),
  pull: bool('Always attempt to pull a newer version of the image'),
  quiet: bool('Suppress the build output and print image ID on success', { short: 'q' }),
  rm: bool('Remove intermediate containers after a successful build', { initial: true }),
  secret: list('Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")', { hidden: true }),
  ssh: unavailable('SSH agents in builds are', list('SSH agent socket or keys to expose', { hidden: true })),
  'security-opt': unavailable(
    'security options of builds are',
    list('Security options', { type: 'strings' }),
  ),
  'shm-size': bytes('Size of "/dev/shm"'),
  squash: unavailable(
    'squashing is',
    bool('Squash newly built layers into a single new layer', { hidden: true }),
  ),
  tag: list('Name and optionally a tag in the "name:tag" format', { short: 't' }),
  target: string('Set the target build stage to build.'),
  ulimit: ulimits('Ulimit options'),
};

type BuildCall = Call<typeof flags>;

export const build = command({
  usage: '[OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  args: exactly(1),
  spellings: 'docker image build, docker build, docker builder build',
  flags,
  async run(call) {
    const {
      session,
      values,
      args: [context = ''],
    } = call;
    const { iidfile } = values;
    if (iidfile !== '') await removeOld(call, absolutePath(iidfile, session.cwd));
    const id = await (isClassic(session) ? classic(call, context) : kit(call, context));
    if (iidfile !== '')
      await session.files.write(absolutePath(iidfile, session.cwd), new TextEncoder().encode(id));
  },
});

function isClassic({ env }: BuildCall['session']): boolean {
  return /^(?:0|f|false)$/i.test(env.get('DOCKER_BUILDKIT') ?? '');
}

async function classic(call: BuildCall, context: string): Promise<string> {
  const { engine, session, values, err } = call;
  await err.print(deprecation);
  requireKit(call);
  const { tar, dockerfile, remote } = await buildSource(session, context, values.file);
  const options = { ...requestOf(call), dockerfile, ...(remote !== undefined && { remote }) };
  const sent = remote === undefined && !values.quiet ? counted(call, tar) : tar;
  return show(call, await engine.imageBuild(sent, options));
}

/** Docker's classic front end does not know these. */
function requireKit({ mentioned }: BuildCall): void {
  for (const name of ['allow', 'build-context', 'no-cache-filter', 'progress', 'secret'])
    if (mentioned.has(name))
      throw new StatusError(
        125,
        `unknown flag: --${name}\n\nUsage:  docker build [OPTIONS] PATH | URL | -\n\nRun 'docker build --help' for more information`,
      );
}

/** As BuildKit does it, and shows it; a quiet build prints the image's ID alone. */
async function kit(call: BuildCall, context: string): Promise<string> {
  const { engine, session, values, out, debug } = call;
  const kind = progressKind(values);
  values.tag.forEach(requireTag);
  const source = await kitSource(session, context, values.file);
  const contexts = await namedContexts(session, values['build-context']);
  const request = requestOf(call);
  const options = {
    ...request,
    ...source,
    ...epochOf(call, request),
    ...(values['build-context'].length > 0 && { contexts }),
    ...(values.secret.length > 0 && { secrets: await readSecrets(session, values.secret) }),
    ...(values['no-cache-filter'].length > 0 && { noCacheFilter: values['no-cache-filter'] }),
    ...(values.allow.length > 0 && { allow: values.allow }),
  };
  const id = await showSolve(session, await engine.imageSolve(options), { kind, debug });
  if (values.quiet) await out.println(id);
  return id;
}

/** The environment's SOURCE_DATE_EPOCH is a build argument, unless another one was given. */
function epochOf(
  { session }: BuildCall,
  { buildArgs }: ImageBuildOptions,
): Pick<ImageBuildOptions, 'buildArgs'> {
  const epoch = session.env.get('SOURCE_DATE_EPOCH') ?? '';
  return epoch === '' ? {} : { buildArgs: { SOURCE_DATE_EPOCH: epoch, ...buildArgs } };
}

/** The client checks them, before anything is done. */
function requireTag(tag: string): void {
  try {
    parseReference(tag);
  } catch (error) {
    const why = /must be lowercase/.test(errorText(error))
      ? 'repository name must be lowercase'
      : 'invalid reference format';
    throw new StatusError(1, `ERROR: failed to build: invalid tag ${JSON.stringify(tag)}: ${why}`);
  }
}

const progressKinds: readonly ProgressKind[] = ['auto', 'plain', 'tty', 'quiet', 'rawjson'];

function progressKind({ progress, quiet }: BuildCall['values']): ProgressKind {
  const kind = progressKinds.find((known) => known === (progress || 'auto'));
  if (kind === undefined) throw new StatusError(1, `ERROR: invalid progress mode ${progress}`);
  if (!quiet) return kind;
  if (kind !== 'auto' && kind !== 'quiet')
    throw new StatusError(1, `ERROR: progress=${progress} and quiet cannot be used together`);
  return 'quiet';
}

const deprecation = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;

/** A failed build is not to be taken for the one before. */
async function removeOld({ session }: BuildCall, path: string): Promise<void> {
  if (!(await session.files.exists(path))) return;
  const maker = session.files.maker();
  await maker.unlink(path);
  await maker.finish();
}

/** Says how much has been sent, as the last thing before the build begins. */
async function* counted({ out }: BuildCall, tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of tar) {
    size += chunk.length;
    yield chunk;
  }
  await out.println(`Sending build context to Docker daemon ${humanSize(size).padStart(8)}`);
}

/** Shows what the builder says. Gives the image's ID. */
async function show(
  { session, values, out, err }: BuildCall,
  messages: AsyncIterable<ProgressMessage>,
): Promise<string> {
  const screen = new ProgressScreen(progressWidth(session, 'stdout'));
  let id = '';
  let held = '';
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error;
    if (failure !== undefined) {
      await err.print(held);
      throw new StatusError(message.errorDetail?.code || 1, failure);
    }
    if (message.aux !== undefined) id = (message.aux as { ID?: string }).ID ?? id;
    else if (values.quiet) held += message.stream ?? '';
    else await out.print(screen.show(message));
  }
  if (!values.quiet) return id;
  await out.print(held);
  return held.trim();
}

function requestOf({ session, values, mentioned }: BuildCall): ImageBuildOptions {
  const limits = {
    memory: values.memory,
    memorySwap: values['memory-swap'],
    cpuShares: values['cpu-shares'],
    cpuPeriod: values['cpu-period'],
    cpuQuota: values['cpu-quota'],
    shmSize: values['shm-size'],
  };
  const texts = {
    target: values.target,
    platform: values.platform,
    networkMode: values.network === 'default' ? '' : values.network,
    cpusetCpus: values['cpuset-cpus'],
    cpusetMems: values['cpuset-mems'],
    cgroupParent: values['cgroup-parent'],
  };
  const lists = { tags: values.tag, extraHosts: values['add-host'], cacheFrom: values['cache-from'] };
  const switches = {
    quiet: values.quiet,
    noCache: values['no-cache'],
    pull: values.pull,
    forceRm: values['force-rm'],
  };
  return {
    ...Object.fromEntries(Object.entries({ ...limits, ...texts, ...switches }).filter(([, value]) => value)),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(!values.rm && { rm: false }),
    ...(mentioned.has('ulimit') && { ulimits: [...values.ulimit] }),
    ...(values['build-arg'].length > 0 && { buildArgs: buildArgs(values['build-arg'], session.env) }),
    ...(values.label.length > 0 && { labels: labels(values.label) }),
  };
}

/** One without a value has the environment's. */
function buildArgs(
  texts: readonly string[],
  env: ReadonlyMap<string, string>,
): Record<string, string | null> {
  return Object.fromEntries(
    texts.map((text) => {
      const [key, value] = cut(text, '=');
      return [key, value ?? env.get(key) ?? null];
    }),
  );
}

function labels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [key, value = ''] = cut(text, '=');
      return [key, value];
    }),
  );
}
