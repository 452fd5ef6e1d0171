import type { Mount } from '../../protocol/engine-api.ts';
import { internal, invalid } from '../errors.ts';
import { tmpfsOptions } from './tmpfs.ts';

/**
 * Rules for one mount of a request, with Docker's texts. That the source of a bind mount is there is for the machine to say.
 * https://github.com/moby/moby/blob/v28.5.2/volume/mounts/linux_parser.go
 */
export function validateMount(mount: Mount): void {
  const problem = problemOf(mount);
  if (problem !== undefined)
    throw invalid(`invalid mount config for type ${JSON.stringify(mount.Type)}: ${problem}`);
}

/** Throws on options for another type. https://github.com/moby/moby/blob/v28.5.2/api/server/router/container/container_routes.go */
export function validateMountOptions({ Type, VolumeOptions, BindOptions, TmpfsOptions }: Mount): void {
  const foreign = [
    [VolumeOptions, 'volume', 'VolumeOptions'],
    [BindOptions, 'bind', 'BindOptions'],
    [TmpfsOptions, 'tmpfs', 'TmpfsOptions'],
  ] as const;
  for (const [options, type, name] of foreign)
    if (options && Type !== type)
      throw invalid(`${name} must not be specified on mount type ${JSON.stringify(Type)}`);
}

function problemOf(mount: Mount): string | undefined {
  const { Target } = mount;
  if (!Target) return 'field Target must not be empty';
  const place = placeProblem(Target);
  if (place !== undefined) return place;
  const problem = Object.hasOwn(problems, mount.Type) ? problems[mount.Type] : undefined;
  return problem === undefined ? 'mount type unknown' : problem(mount);
}

/** Why a path can be no place for a mount. */
export function placeProblem(path: string): string | undefined {
  if (path.startsWith('/') && cleanPath(path) === '/')
    return "invalid specification: destination can't be '/'";
  return absoluteProblem(path);
}

function absoluteProblem(path: string): string | undefined {
  return path.startsWith('/') ? undefined : `invalid mount path: '${path}' mount path must be absolute`;
}

const problems: Readonly<Record<string, (mount: Mount) => string | undefined>> = {
  bind: (mount) => {
    if (!mount.Source) return 'field Source must not be empty';
    const propagation = mount.BindOptions?.Propagation;
    if (propagation && !propagations.has(propagation)) return `invalid propagation mode: ${propagation}`;
    return extra(mount, 'VolumeOptions', 'ImageOptions') ?? absoluteProblem(mount.Source);
  },
  volume: (mount) => {
    const subpath = mount.VolumeOptions?.Subpath;
    const unwanted = extra(mount, 'BindOptions', 'ImageOptions');
    if (unwanted !== undefined) return unwanted;
    if (subpath && !mount.Source) return 'must not set Subpath when using anonymous volumes';
    if (subpath && !isLocal(subpath)) return 'subpath must be a relative path within the volume';
    if (mount.ReadOnly && !mount.Source) return 'must not set ReadOnly mode when using anonymous volumes';
    return undefined;
  },
  tmpfs: (mount) => {
    const unwanted = extra(mount, 'BindOptions', 'ImageOptions', 'Source');
    return unwanted ?? messageOf(() => tmpfsOptions(mount));
  },
  image: (mount) => {
    const unwanted = extra(mount, 'BindOptions', 'VolumeOptions');
    if (unwanted !== undefined) return unwanted;
    if (!mount.Source) return 'field Source must not be empty';
    const subpath = mount.ImageOptions?.Subpath;
    return subpath && !isLocal(subpath) ? 'subpath must be a relative path within the volume' : undefined;
  },
};

function extra(mount: Mount, ...fields: (keyof Mount)[]): string | undefined {
  const found = fields.find((field) => mount[field]);
  return found === undefined ? undefined : `field ${found} must not be specified`;
}

function messageOf(operation: () => unknown): string | undefined {
  try {
    operation();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Go's filepath.IsLocal. */
function isLocal(path: string): boolean {
  if (path === '' || path.startsWith('/')) return false;
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}

export const propagations: ReadonlySet<string> = new Set([
  'private',
  'rprivate',
  'slave',
  'rslave',
  'shared',
  'rshared',
]);

/** Each kind of mode may be there once. */
const modeKinds: readonly ReadonlySet<string>[] = [
  new Set(['rw', 'ro']),
  new Set(['z', 'Z']),
  propagations,
  new Set(['nocopy']),
  new Set(['consistent', 'cached', 'delegated']),
];

export function isMode(mode: string): boolean {
  if (mode === '') return true;
  const kinds = mode.split(',').map((option) => modeKinds.findIndex((kind) => kind.has(option)));
  return !kinds.includes(-1) && new Set(kinds).size === kinds.length;
}

/** Parses `--volume`: `[source:]destination[:modes]`. Docker does not tell these errors from its own failures. */
export function parseBind(text: string, volumeDriver: string): { mount: Mount; mode: string } {
  const [first = '', second, mode = '', ...more] = text.split(':');
  if (
    first === '' ||
    more.length > 0 ||
    (second !== undefined && text.split(':').length === 2 && isMode(second))
  )
    throw internal(`invalid volume specification: '${text}'`);
  if (!isMode(mode)) throw internal(`invalid mode: ${mode}`);
  const mount = bindMount(second === undefined ? '' : first, second ?? first, mode, volumeDriver);
  const problem = messageOf(() => validateMount(mount));
  if (problem !== undefined) throw internal(`invalid volume specification: '${text}': ${problem}`);
  return { mount, mode };
}

function bindMount(Source: string, Target: string, mode: string, driver: string): Mount {
  const Type = Source.startsWith('/') ? 'bind' : 'volume';
  const options = mode.split(',');
  const Propagation = options.find((option) => propagations.has(option));
  const NoCopy = options.includes('nocopy');
  const hasDriver = driver !== '' && Type === 'volume';
  return {
    Type,
    ...(Source !== '' && { Source }),
    Target,
    ...(options.includes('ro') && { ReadOnly: true }),
    ...(Propagation !== undefined && { BindOptions: { Propagation } }),
    ...((NoCopy || hasDriver) && {
      VolumeOptions: { ...(NoCopy && { NoCopy }), ...(hasDriver && { DriverConfig: { Name: driver } }) },
    }),
  };
}

/** Go's filepath.Clean for an absolute path. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
