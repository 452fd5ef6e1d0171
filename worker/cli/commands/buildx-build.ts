import type { ImageBuildOptions } from '../../protocol/engine-api.ts';
import { formatReference, parseReference } from '../../oci/reference.ts';
import type { BuildCall as AskedCall } from '../build/call.ts';
import { callResult, readCall } from '../build/call.ts';
import { cacheImports, wantsInlineCache } from '../build/cache-options.ts';
import { finished } from '../build/finish.ts';
import type { ProgressKind } from '../build/kit-build.ts';
import { showSolve } from '../build/kit-build.ts';
import { kitSource, namedContexts } from '../build/kit-source.ts';
import { buildMetadata } from '../build/metadata.ts';
import type { Outputs } from '../build/outputs.ts';
import { readOutputs } from '../build/outputs.ts';
import { buildRequest, removeOldId, writeId } from '../build/request.ts';
import { readSecrets } from '../build/secrets.ts';
import { refuseSsh } from '../build/ssh.ts';
import type { Call, CommandSpec } from '../command-spec.ts';
import { command, exactly } from '../command-spec.ts';
import { allCredentials } from '../credentials.ts';
import { errorText, StatusError } from '../errors.ts';
import { bytes, swapBytes } from '../flags/bytes.ts';
import type { FlagOptions } from '../flags/flag.ts';
import { bool, integer, list, string } from '../flags/kinds.ts';
import { absolutePath, parentPath } from '../path.ts';
import type { ClientSession } from '../session.ts';
import { ulimits } from '../flags/ulimit.ts';
import { validExtraHost } from '../flags/validate.ts';

/** Every mention is one value. */
function array(usage: string, options: FlagOptions = {}) {
  return list(usage, { type: 'stringArray', ...options });
}

/** Those of the classic builder that buildx does not list. Limits hold for the commands of a build here. */
const unlisted = {
  compress: bool('Compress the build context using gzip', { hidden: true }),
  'cpu-period': integer('Limit the CPU CFS (Completely Fair Scheduler) period', { hidden: true }),
  'cpu-quota': integer('Limit the CPU CFS (Completely Fair Scheduler) quota', { hidden: true }),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c', hidden: true }),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)', { hidden: true }),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)', { hidden: true }),
  'force-rm': bool('Always remove intermediate containers', { hidden: true }),
  isolation: string('Container isolation technology', { hidden: true }),
  memory: bytes('Memory limit', { short: 'm', hidden: true }),
  'memory-swap': swapBytes('Swap limit equal to memory plus swap: -1 to enable unlimited swap', {
    hidden: true,
  }),
  rm: bool('Remove intermediate containers after a successful build', { initial: true, hidden: true }),
  'security-opt': list('Security options', { type: 'strings', hidden: true }),
  squash: bool('Squash newly built layers into a single new layer', { hidden: true }),
};

const flags = {
  ...unlisted,
  'add-host': list('Add a custom host-to-IP mapping (format: "host:ip")', { type: 'strings' }),
  allow: array('Allow extra privileged entitlement (e.g., "network.host", "security.insecure", "device")'),
  annotation: array('Add annotation to the image'),
  attest: array('Attestation parameters (format: "type=sbom,generator=image")'),
  'build-arg': array('Set build-time variables'),
  'build-context': array('Additional build contexts (e.g., name=path)'),
  builder: string('Override the configured builder instance'),
  'cache-from': array('External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")'),
  'cache-to': array('Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")'),
  call: string('Set method for evaluating build ("check", "outline", "targets")', { initial: 'build' }),
  'cgroup-parent': string('Set the parent cgroup for the "RUN" instructions during build'),
  check: bool('Shorthand for "--call=check"'),
  debug: bool('Enable debug logging', { short: 'D' }),
  file: string('Name of the Dockerfile (default: "PATH/Dockerfile")', { short: 'f' }),
  iidfile: string('Write the image ID to a file'),
  label: array('Set metadata for an image'),
  load: bool('Shorthand for "--output=type=docker"'),
  'metadata-file': string('Write build result metadata to a file'),
  network: string('Set the networking mode for the "RUN" instructions during build', { initial: 'default' }),
  'no-cache': bool('Do not use cache when building the image'),
  'no-cache-filter': array('Do not cache specified stages'),
  output: array('Output destination (format: "type=local,dest=path")', { short: 'o' }),
  platform: array('Set target platform for build'),
  progress: string(
    'Set type of progress output ("auto", "none",  "plain", "quiet", "rawjson", "tty"). Use plain to show container output',
    { initial: 'auto', preset: 'BUILDKIT_PROGRESS' },
  ),
  provenance: string('Shorthand for "--attest=type=provenance"'),
  pull: bool('Always attempt to pull all referenced images'),
  push: bool('Shorthand for "--output=type=registry"'),
  quiet: bool('Suppress the build output and print image ID on success', { short: 'q' }),
  sbom: string('Shorthand for "--attest=type=sbom"'),
  secret: array('Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
  'shm-size': bytes('Shared memory size for build containers'),
  ssh: array(
    'SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")',
  ),
  tag: array('Name and optionally a tag (format: "name:tag")', { short: 't' }),
  target: string('Set the target build stage to build'),
  ulimit: ulimits('Ulimit options'),
};

type BuildxCall = Call<typeof flags>;

/** `docker buildx build`. */
export const buildxBuild = command(spec(flags));

/** `docker build`, which is buildx's unless DOCKER_BUILDKIT=0. It is told which builder it has. */
export const aliasedBuildxBuild = command(
  spec({ ...flags, builder: string(flags.builder.usage, { initial: 'default' }) }),
);

function spec(table: typeof flags): CommandSpec<typeof flags> {
  return {
    usage: '[OPTIONS] PATH | URL | -',
    short: 'Start a build',
    args: exactly(1),
    spellings: 'docker build, docker builder build, docker image build, docker buildx b',
    flags: table,
    mistakePrefix: 'ERROR: ',
    run,
  };
}

async function run(call: BuildxCall): Promise<void> {
  const { session, values } = call;
  await warn(call);
  refuseOtherDrivers(values);
  const asked = readCall(values.call, values.check);
  const outputs = await readOutputs(session, values);
  await removeOldId(session, values.iidfile);
  if (asked !== undefined) return answer(call, asked);
  return build(call, outputs);
}

/** What was asked is printed, and nothing is built. */
async function answer(call: BuildxCall, asked: AskedCall): Promise<void> {
  const { session, values, args, out, err } = call;
  const { options, show } = await request(call);
  const statuses = await call.engine.imageSolve({ ...options, call: asked.name, exports: [] });
  const last = await showSolve(session, statuses, show);
  if (saysId(values)) await out.println('');
  const filename = shownPath(session, args[0] ?? '', options.dockerfile);
  const result = callResult(last.answer ?? {}, asked, filename);
  await out.print(result.out);
  await err.print(result.err);
  await writeMetadata(session, values['metadata-file'], result.metadata);
  if (result.code !== 0) throw new StatusError(result.code, '');
}

async function build(call: BuildxCall, outputs: Outputs): Promise<void> {
  const { engine, config, session, values, out } = call;
  const { options, show } = await request(call);
  const names = [...(values.tag.length > 0 ? values.tag : outputs.names)];
  let pushed: string | undefined;
  const finish = {
    engine,
    config,
    gone: session.gone,
    pushed: outputs.isPushed ? names : [],
    hasMetadata: values['metadata-file'] !== '',
    onPushed: (digest: string) => (pushed ??= digest),
  };
  const { exports } = outputs;
  const statuses = await engine.imageSolve({ ...options, ...(names.length > 0 && { tags: names }), exports });
  const { image } = await showSolve(session, finished(statuses, finish), show);
  if (image !== undefined) await writeId(session, values.iidfile, image);
  const shown = names.map((name) => formatReference(parseReference(name)));
  const metadata = buildMetadata({ image, pushed, names: shown }, { ...options, platform: 'linux/386' });
  await writeMetadata(session, values['metadata-file'], metadata);
  if (saysId(values)) await out.println(image ?? '');
}

function saysId({ quiet, progress }: BuildxCall['values']): boolean {
  return quiet || progress === 'quiet';
}

async function request(call: BuildxCall) {
  const { session, values, args } = call;
  const kind = progressKind(values);
  values.tag.forEach(requireTag);
  values.annotation.forEach(requireAnnotation);
  const cacheFrom = cacheImports(values['cache-from']);
  const inlineCache = wantsInlineCache(values['cache-to']);
  const source = await kitSource(session, args[0] ?? '', values.file);
  const contexts = await namedContexts(session, values['build-context']);
  const hosts = values['add-host'].map(extraHost);
  [...values['build-arg'], ...values.label].forEach(requireKey);
  await refuseSsh(session, values.ssh);
  const asked = buildRequest(session, { ...values, 'add-host': hosts }, call.mentioned);
  const options = {
    ...asked,
    ...allCredentials(call.config),
    ...source,
    ...epochOf(call, asked),
    ...platformOf(call),
    ...(values['build-context'].length > 0 && { contexts }),
    ...(values.secret.length > 0 && { secrets: await readSecrets(session, values.secret) }),
    ...(values['no-cache-filter'].length > 0 && { noCacheFilter: values['no-cache-filter'] }),
    ...(values.allow.length > 0 && { allow: values.allow }),
    ...(cacheFrom.length > 0 && { cacheImports: cacheFrom }),
    ...(inlineCache && { inlineCache }),
  };
  return { options, show: { kind, debug: call.debug || values.debug } };
}

/** Where nothing can be written, that is said only now, as by buildx. */
async function writeMetadata({ files, cwd }: ClientSession, file: string, metadata: object): Promise<void> {
  if (file === '') return;
  const path = absolutePath(file, cwd);
  const directory = parentPath(path);
  if (!(await files.exists(directory)))
    throw new StatusError(1, `ERROR: invalid output path: stat ${directory}: no such file or directory`);
  await files.write(path, new TextEncoder().encode(JSON.stringify(metadata, null, 2)));
}

/** A Dockerfile of a directory is called as it is from where the command is typed. */
function shownPath({ cwd }: ClientSession, context: string, dockerfile: string): string {
  if (context === '-' || /^[\w+.-]+:\/\/|^git@|^github\.com\//.test(context)) return dockerfile;
  const to = absolutePath(dockerfile, absolutePath(context, cwd)).split('/').filter(Boolean);
  const from = cwd.split('/').filter(Boolean);
  while (from.length > 0 && from[0] === to[0]) {
    from.shift();
    to.shift();
  }
  return [...from.map(() => '..'), ...to].join('/');
}

function requireAnnotation(text: string): void {
  if (!text.includes('='))
    throw new StatusError(
      1,
      `ERROR: failed to build: parse annotations: invalid annotation ${JSON.stringify(text)}, expected key=value`,
    );
}

const removed = {
  'security-opt': 'security-opt flag is deprecated. "RUN --security=insecure" should be used with BuildKit.',
  squash:
    'experimental flag squash is removed with BuildKit. You should squash inside build using a multi-stage Dockerfile for efficiency.',
};

/** What is no more, and changes nothing. */
async function warn({ mentioned, err }: BuildxCall): Promise<void> {
  for (const [name, text] of Object.entries(removed))
    if (mentioned.has(name)) await err.println(`WARNING: ${text}`);
}

/** Docker's own builder makes one image, for one platform, into its own store; for the rest buildx wants another one. */
function refuseOtherDrivers(values: BuildxCall['values']): void {
  const { builder, platform, attest, provenance, sbom } = values;
  if (builder !== '' && builder !== 'default')
    throw new StatusError(1, `ERROR: no builder ${JSON.stringify(builder)} found`);
  const platforms = new Set(platform.flatMap((text) => text.split(',')));
  if (platforms.size > 1) throw unsupported('Multi-platform build', 'build-multi-platform');
  const attestations = [...attest, provenance, sbom].filter((text) => !['', 'false', '0'].includes(text));
  if (attestations.length > 0) throw unsupported('Attestation', 'attestations');
}

function unsupported(what: string, page: string): StatusError {
  return new StatusError(
    1,
    `ERROR: failed to build: ${what} is not supported for the docker driver.\n` +
      'Switch to a different driver, or turn on the containerd image store, and try again.\n' +
      `Learn more at https://docs.docker.com/go/${page}/`,
  );
}

/** The environment's SOURCE_DATE_EPOCH is a build argument, unless another one was given. */
function epochOf(
  { session }: BuildxCall,
  { buildArgs }: ImageBuildOptions,
): Pick<ImageBuildOptions, 'buildArgs'> {
  const epoch = session.env.get('SOURCE_DATE_EPOCH') ?? '';
  return epoch === '' ? {} : { buildArgs: { SOURCE_DATE_EPOCH: epoch, ...buildArgs } };
}

function platformOf({ session, values }: BuildxCall): Pick<ImageBuildOptions, 'platform'> {
  const platform = values.platform[0] ?? session.env.get('DOCKER_DEFAULT_PLATFORM') ?? '';
  return platform === '' ? {} : { platform };
}

function extraHost(text: string): string {
  try {
    return validExtraHost(text);
  } catch {
    throw new StatusError(1, `ERROR: failed to build: invalid host ${text}`);
  }
}

function requireKey(text: string): void {
  if (text.startsWith('='))
    throw new StatusError(1, `ERROR: invalid key-value pair ${JSON.stringify(text)}: empty key`);
}

/** The client checks them, before anything is done. */
function requireTag(tag: string): void {
  try {
    parseReference(tag);
  } catch (error) {
    throw new StatusError(
      1,
      `ERROR: failed to build: invalid tag ${JSON.stringify(tag)}: ${whyNoTag(tag, errorText(error))}`,
    );
  }
}

function whyNoTag(tag: string, why: string): string {
  if (tag === '') return 'repository name must have at least one component';
  return /must be lowercase/.test(why) ? 'repository name must be lowercase' : 'invalid reference format';
}

const progressKinds: readonly ProgressKind[] = ['auto', 'plain', 'tty', 'quiet', 'rawjson'];

function progressKind({ progress, quiet }: BuildxCall['values']): ProgressKind {
  const name = progress === 'none' ? 'quiet' : progress || 'auto';
  const kind = progressKinds.find((known) => known === name);
  if (kind === undefined) throw new StatusError(1, `ERROR: invalid progress mode ${progress}`);
  if (!quiet) return kind;
  if (kind !== 'auto' && kind !== 'quiet')
    throw new StatusError(1, `ERROR: progress=${progress} and quiet cannot be used together`);
  return 'quiet';
}
