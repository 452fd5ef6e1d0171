import type { ImageBuildOptions, ProgressMessage } from '../../protocol/engine-api.ts';
import { buildSource } from '../build/build-source.ts';
import { buildRequest, removeOldId, writeId } from '../build/request.ts';
import type { Call } from '../command-spec.ts';
import { command, exactly } from '../command-spec.ts';
import { allCredentials } from '../credentials.ts';
import { StatusError } from '../errors.ts';
import { bytes, swapBytes } from '../flags/bytes.ts';
import { unavailable } from '../flags/flag.ts';
import { bool, integer, list, string } from '../flags/kinds.ts';
import { ulimits } from '../flags/ulimit.ts';
import { validExtraHost, validLabel } from '../flags/validate.ts';
import { humanSize } from '../format/size.ts';
import { ProgressScreen } from '../progress.ts';
import { progressWidth } from '../pull.ts';

const flags = {
  'add-host': list('Add a custom host-to-IP mapping ("host:ip")', { validate: validExtraHost }),
  'build-arg': list('Set build-time variables'),
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
  platform: string('Set platform if server is multi-platform capable', { preset: 'DOCKER_DEFAULT_PLATFORM' }),
  pull: bool('Always attempt to pull a newer version of the image'),
  quiet: bool('Suppress the build output and print image ID on success', { short: 'q' }),
  rm: bool('Remove intermediate containers after a successful build', { initial: true }),
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

/** `docker build` with DOCKER_BUILDKIT=0: Docker's classic builder. */
export const build = command({
  usage: '[OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  args: exactly(1),
  spellings: 'docker image build, docker build, docker builder build',
  flags,
  async run(call) {
    const { session, values } = call;
    await removeOldId(session, values.iidfile);
    await writeId(session, values.iidfile, await classic(call));
  },
});

async function classic(call: BuildCall): Promise<string> {
  const { engine, session, values, args } = call;
  const { tar, dockerfile, remote } = await buildSource(session, args[0] ?? '', values.file);
  const options = {
    ...requestOf(call),
    ...allCredentials(call.config),
    dockerfile,
    ...(remote !== undefined && { remote }),
  };
  const sent = remote === undefined && !values.quiet ? counted(call, tar) : tar;
  return show(call, await engine.imageBuild(sent, options));
}

function requestOf({ session, values, mentioned }: BuildCall): ImageBuildOptions {
  const { platform, 'cache-from': cacheFrom, 'force-rm': forceRm, rm } = values;
  return {
    ...buildRequest(session, values, mentioned),
    ...(platform !== '' && { platform }),
    ...(cacheFrom.length > 0 && { cacheFrom: [...cacheFrom] }),
    ...(forceRm && { forceRm }),
    ...(!rm && { rm }),
  };
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
