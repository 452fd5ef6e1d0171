import { ProfileError, type SeccompProfile } from './profile.ts';

/** The type of a JSON value: what Go calls it, what its type is called in moby, and of what it is made. */
interface Shape {
  readonly kind: 'string' | 'number' | 'array' | 'object';
  readonly goType: string;
  readonly elements?: Shape;
  readonly fields?: Readonly<Record<string, Shape>>;
  /** A further look at a value of the right kind. @throws ProfileError */
  readonly look?: (value: unknown) => void;
}

const text = (goType = 'string'): Shape => ({ kind: 'string', goType });
const count = (goType: string): Shape => ({ kind: 'number', goType });
const list = (elements: Shape, goType: string): Shape => ({ kind: 'array', goType, elements });
const record = (goType: string, fields: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'object',
  goType,
  fields,
});

const condition = record('seccomp.Filter', {
  caps: list(text(), '[]string'),
  arches: list(text(), '[]string'),
  minKernel: { kind: 'string', goType: 'seccomp.KernelVersion', look: requireKernel },
});

const profile = record('seccomp.Seccomp', {
  defaultAction: text('specs.LinuxSeccompAction'),
  defaultErrnoRet: count('uint'),
  architectures: list(text('specs.Arch'), '[]specs.Arch'),
  archMap: list(record('seccomp.Architecture', {}), '[]seccomp.Architecture'),
  flags: list(text('specs.LinuxSeccompFlag'), '[]specs.LinuxSeccompFlag'),
  listenerPath: text(),
  listenerMetadata: text(),
  syscalls: list(
    record('seccomp.Syscall', {
      name: text(),
      names: list(text(), '[]string'),
      action: text('specs.LinuxSeccompAction'),
      errnoRet: count('uint'),
      args: list(
        record('specs.LinuxSeccompArg', {
          index: count('uint'),
          value: count('uint64'),
          valueTwo: count('uint64'),
          op: text('specs.LinuxSeccompOperator'),
        }),
        '[]specs.LinuxSeccompArg',
      ),
      includes: condition,
      excludes: condition,
    }),
    '[]*seccomp.Syscall',
  ),
});

/** The profile of a JSON text. What its fields are called apart from case, Go does not mind. @throws ProfileError */
export function decodeProfile(json: string): SeccompProfile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
  return read(value, profile, '') ?? {};
}

function failed(why: string): ProfileError {
  return new ProfileError('engine', `Decoding seccomp profile failed: ${why}`);
}

/** Null is as if it were not there, and what no field is named like is left out. */
function read(value: unknown, shape: Shape, path: string): unknown {
  if (value === null || value === undefined) return undefined;
  requireKind(value, shape, path);
  shape.look?.(value);
  if (shape.elements) {
    const { elements } = shape;
    return (value as unknown[]).map((each) => read(each, elements, path));
  }
  if (shape.fields) return readFields(value, shape.fields, path);
  return value;
}

function readFields(value: object, fields: Readonly<Record<string, Shape>>, path: string): object {
  const byName = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  const entries = Object.entries(value).flatMap(([given, field]) => {
    const name = byName.get(given.toLowerCase());
    const shape = name === undefined ? undefined : fields[name];
    if (name === undefined || !shape) return [];
    const found = read(field, shape, path === '' ? name : `${path}.${name}`);
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries(entries) as object;
}

function requireKind(value: unknown, { kind, goType }: Shape, path: string): void {
  const given = Array.isArray(value) ? 'array' : typeof value;
  if (given === kind && !(kind === 'number' && !isUnsigned(value))) return;
  const what = given === 'boolean' ? 'bool' : given === kind ? `number ${String(value)}` : given;
  const where =
    path === '' ? `Go value of type ${goType}` : `Go struct field Seccomp.${path} of type ${goType}`;
  throw failed(`json: cannot unmarshal ${what} into ${where}`);
}

function isUnsigned(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 2 ** 64;
}

function requireKernel(version: unknown): void {
  if (version === '') return;
  const wrong = `invalid kernel version: ${JSON.stringify(version)}, expected "<kernel>.<major>"`;
  if (!/^\d{1,3}\.\d{1,3}$/.test(String(version))) throw failed(wrong);
  if (/^0+\.0+$/.test(String(version))) throw failed(`${wrong}: version cannot be 0.0`);
}
