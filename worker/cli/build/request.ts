import type { ImageBuildOptions } from '../../protocol/engine-api.ts';
import { cut } from '../flags/kinds.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';

/** The values of flags that both ways of building have. */
export interface BuildFlags {
  readonly 'add-host': readonly string[];
  readonly 'build-arg': readonly string[];
  readonly 'cgroup-parent': string;
  readonly 'cpu-period': number;
  readonly 'cpu-quota': number;
  readonly 'cpu-shares': number;
  readonly 'cpuset-cpus': string;
  readonly 'cpuset-mems': string;
  readonly label: readonly string[];
  readonly memory: number;
  readonly 'memory-swap': number;
  readonly network: string;
  readonly 'no-cache': boolean;
  readonly pull: boolean;
  readonly quiet: boolean;
  readonly 'shm-size': number;
  readonly tag: readonly string[];
  readonly target: string;
  readonly ulimit: readonly { Name: string; Soft: number; Hard: number }[];
}

/** What the flags ask of the engine. */
export function buildRequest(
  { env }: ClientSession,
  values: BuildFlags,
  mentioned: ReadonlySet<string>,
): ImageBuildOptions {
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
    networkMode: values.network === 'default' ? '' : values.network,
    cpusetCpus: values['cpuset-cpus'],
    cpusetMems: values['cpuset-mems'],
    cgroupParent: values['cgroup-parent'],
  };
  const lists = { tags: values.tag, extraHosts: values['add-host'] };
  const switches = { quiet: values.quiet, noCache: values['no-cache'], pull: values.pull };
  return {
    ...Object.fromEntries(Object.entries({ ...limits, ...texts, ...switches }).filter(([, value]) => value)),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(mentioned.has('ulimit') && { ulimits: [...values.ulimit] }),
    ...(values['build-arg'].length > 0 && { buildArgs: buildArgs(values['build-arg'], env) }),
    ...(values.label.length > 0 && { labels: labels(values.label) }),
  };
}

/** A failed build is not to be taken for the one before. */
export async function removeOldId({ files, cwd }: ClientSession, iidfile: string): Promise<void> {
  const path = absolutePath(iidfile, cwd);
  if (iidfile === '' || !(await files.exists(path))) return;
  const maker = files.maker();
  await maker.unlink(path);
  await maker.finish();
}

/** Writes the image's ID where `--iidfile` says. */
export async function writeId({ files, cwd }: ClientSession, iidfile: string, id: string): Promise<void> {
  if (iidfile !== '') await files.write(absolutePath(iidfile, cwd), new TextEncoder().encode(id));
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
