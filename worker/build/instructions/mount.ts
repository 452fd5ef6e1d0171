import { readCsv } from '../../oci/csv.ts';
import { errorMessage, invalid } from '../../oci/errors.ts';
import { suggestion } from './suggestion.ts';

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const sharings = ['shared', 'private', 'locked'] as const;

/** What `RUN --mount` asks for. https://docs.docker.com/reference/dockerfile/#run---mount */
export interface RunMount {
  readonly type: (typeof types)[number];
  /** A stage, an image or a named context; the build context where it is empty. */
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly readonly: boolean;
  readonly id: string;
  readonly sharing: (typeof sharings)[number];
  readonly required: boolean;
  /** Bytes of a tmpfs; 0 is no limit. */
  readonly size: number;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** The variable that a secret is in, beside or instead of a file. */
  readonly env: string | undefined;
}

type Draft = { -readonly [Name in keyof RunMount]?: RunMount[Name] };
type Expand = (text: string) => string;

/** Understands the comma-separated fields. Without `expand` only what no variable can change is checked. Fails with `invalid`. */
export function parseMount(text: string, expand?: Expand): RunMount {
  const draft: Draft = { type: 'bind' };
  for (const field of fieldsOf(text)) readField(draft, field, expand);
  const type = draft.type ?? 'bind';
  const mount: RunMount = {
    type,
    from: draft.from ?? '',
    source: draft.source ?? '',
    target: draft.target ?? '',
    readonly: draft.readonly ?? (type !== 'cache' && type !== 'tmpfs'),
    id: draft.id ?? '',
    sharing: draft.sharing ?? 'shared',
    required: draft.required ?? false,
    size: draft.size ?? 0,
    mode: draft.mode,
    uid: draft.uid,
    gid: draft.gid,
    env: draft.env,
  };
  if (expand !== undefined) check(mount, draft);
  return mount;
}

function fieldsOf(text: string): string[] {
  try {
    return readCsv(text);
  } catch (error) {
    throw invalid(`failed to parse csv mounts: ${errorMessage(error)}`);
  }
}

function readField(draft: Draft, field: string, expand: Expand | undefined): void {
  const cut = field.indexOf('=');
  const key = (cut < 0 ? field : field.slice(0, cut)).toLowerCase();
  if (cut < 0) return readSwitch(draft, key, field);
  const written = field.slice(cut + 1);
  if (expand === undefined && written.includes('$')) return;
  const value = expand === undefined ? written : expand(written);
  const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
  if (read === undefined)
    throw invalid(`unexpected key '${key}' in '${field}'${suggestion(key, Object.keys(readers), true)}`);
  read(draft, value, key);
}

function readSwitch(draft: Draft, key: string, field: string): void {
  const read = switches.has(key) ? readers[key] : undefined;
  if (read === undefined) throw invalid(`invalid field '${field}' must be a key=value pair`);
  read(draft, 'true', key);
}

const switches = new Set(['readonly', 'ro', 'readwrite', 'rw', 'required']);

type Reader = (draft: Draft, value: string, key: string) => void;

const readers: Readonly<Record<string, Reader>> = {
  type(draft, value) {
    const found = types.find((type) => type === value.toLowerCase());
    if (found === undefined)
      throw invalid(`unsupported mount type ${JSON.stringify(value)}${suggestion(value, types, true)}`);
    draft.type = found;
  },
  from: (draft, value) => void (draft.from = value),
  source: (draft, value) => void (draft.source = value),
  src: (draft, value) => void (draft.source = value),
  target: (draft, value) => void (draft.target = value),
  dst: (draft, value) => void (draft.target = value),
  destination: (draft, value) => void (draft.target = value),
  readonly: (draft, value, key) => void (draft.readonly = boolean(key, value)),
  ro: (draft, value, key) => void (draft.readonly = boolean(key, value)),
  readwrite: (draft, value, key) => void (draft.readonly = !boolean(key, value)),
  rw: (draft, value, key) => void (draft.readonly = !boolean(key, value)),
  required(draft, value, key) {
    requireType(draft, key, ['secret', 'ssh']);
    draft.required = boolean(key, value);
  },
  size(draft, value, key) {
    requireType(draft, key, ['tmpfs']);
    const size = bytesOf(value);
    if (size === undefined) throw invalid(`invalid value for ${key}: ${value}`);
    draft.size = size;
  },
  id: (draft, value) => void (draft.id = value),
  sharing(draft, value) {
    const found = sharings.find((sharing) => sharing === value.toLowerCase());
    if (found === undefined)
      throw invalid(`unsupported sharing value ${JSON.stringify(value)}${suggestion(value, sharings, true)}`);
    draft.sharing = found;
  },
  mode(draft, value) {
    if (!/^[0-7]{1,10}$/.test(value)) throw invalid(`invalid value ${value} for mode`);
    draft.mode = Number.parseInt(value, 8);
  },
  uid: (draft, value, key) => void (draft.uid = id(key, value)),
  gid: (draft, value, key) => void (draft.gid = id(key, value)),
  env: (draft, value) => void (draft.env = value),
};

/** `64m`: multiples of 1024. */
function bytesOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(?:([kmgtp]?)(?:i?b)?)$/i.exec(text) ?? [];
  return number === undefined
    ? undefined
    : Math.trunc(Number(number) * 1024 ** ['', 'k', 'm', 'g', 't', 'p'].indexOf(unit.toLowerCase()));
}

function requireType({ type }: Draft, key: string, allowed: readonly string[]): void {
  if (!allowed.includes(type ?? 'bind')) throw invalid(`unexpected key '${key}' for mount type '${type}'`);
}

/** Go's strconv.ParseBool. */
function boolean(key: string, value: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw invalid(`invalid value for ${key}: ${value}`);
}

function id(key: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw invalid(`invalid value ${value} for ${key}`);
  return Number(value);
}

function check({ type, from, source, target, id: name, env }: RunMount, draft: Draft): void {
  if (type === 'bind' || type === 'tmpfs') {
    for (const key of ['mode', 'uid', 'gid'] as const)
      if (draft[key] !== undefined)
        throw invalid(`${key} not allowed for ${JSON.stringify(type)} type mounts`);
  }
  if (type !== 'secret') {
    if (draft.sharing !== undefined && type !== 'cache')
      throw invalid(`invalid cache sharing set for ${type} mount`);
    return;
  }
  if (from !== '') throw invalid('secret mount should not have a from');
  if (draft.sharing !== undefined) throw invalid('secret mount should not define sharing');
  if (source === '' && target === '' && name === '' && env === undefined)
    throw invalid('invalid secret mount. one of source, target required');
  if (source !== '' && name !== '') throw invalid("both source and id can't be set");
}
