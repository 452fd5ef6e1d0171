import { ApiError, type ImageBuildOptions } from '../../protocol/engine-api.ts';
import { decode, int64, list, map, pointer, type Schema, string, struct } from '../json/schema.ts';
import type { ApiVersion } from '../versions.ts';
import type { Form } from './form.ts';
import { bool, boolOr } from './values.ts';

const ulimits = list(struct('units.Ulimit', { Name: string, Soft: int64, Hard: int64 }));

/** What `POST /build` is asked for. https://github.com/moby/moby/blob/v28.5.2/api/server/router/build/build_routes.go */
export function buildOptions(form: Form, version: ApiVersion): ImageBuildOptions {
  if (form.has('securityopt')) throw new ApiError(400, 'security options are not supported on linux');
  const shmSize = number(form, 'shmsize');
  const forceRm = bool(form, 'forcerm');
  const texts = {
    dockerfile: form.get('dockerfile'),
    remote: form.get('remote'),
    buildId: form.get('buildid'),
    target: form.get('target'),
    platform: version.since('1.32') ? form.get('platform') : '',
    networkMode: form.get('networkmode'),
    cpusetCpus: form.get('cpusetcpus'),
    cpusetMems: form.get('cpusetmems'),
    cgroupParent: form.get('cgroupparent'),
  };
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    ...limits(form),
    ...documents(form),
    ...(shmSize !== 0 && { shmSize }),
    tags: form.all('t'),
    extraHosts: form.all('extrahosts'),
    quiet: bool(form, 'q'),
    noCache: bool(form, 'nocache'),
    pull: bool(form, 'pull'),
    squash: bool(form, 'squash'),
    forceRm,
    rm: forceRm || boolOr(form, 'rm', true) || form.get('rm') === '',
  };
}

/** 1 is the classic builder, 2 BuildKit. */
export function builderOf(form: Form): '1' | '2' {
  const version = form.get('version') || '1';
  if (version !== '1' && version !== '2')
    throw new ApiError(400, `invalid version ${JSON.stringify(version)}`);
  return version;
}

/** Numbers that are none are 0, which is no limit. */
function limits(form: Form): Partial<ImageBuildOptions> {
  const names = {
    memory: 'memory',
    memorySwap: 'memswap',
    cpuShares: 'cpushares',
    cpuPeriod: 'cpuperiod',
    cpuQuota: 'cpuquota',
  };
  const values = Object.entries(names).map(
    ([name, parameter]) => [name, Number(form.get(parameter))] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => Number.isInteger(value) && value !== 0));
}

function documents(form: Form): Partial<ImageBuildOptions> {
  const found: Record<string, unknown> = {
    buildArgs: document(form, 'buildargs', map(pointer(string)), 'error reading build args'),
    labels: document(form, 'labels', map(string), 'error reading labels'),
    cacheFrom: document(form, 'cachefrom', list(string), 'error reading cache-from'),
    ulimits: document(form, 'ulimits', ulimits, 'error reading ulimit settings'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function document(form: Form, name: string, schema: Schema, problem: string): unknown {
  const text = form.get(name);
  if (text === '') return undefined;
  try {
    return decode(schema, '', JSON.parse(text));
  } catch (error) {
    throw new ApiError(400, `${problem}: ${(error as Error).message}`);
  }
}

function number(form: Form, name: string): number {
  const text = form.get(name);
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text))
    throw new ApiError(500, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}
