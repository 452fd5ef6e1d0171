import type { Mount } from '../../protocol/engine-api.ts';
import { logWarning } from '../client-log.ts';
import { readCsv } from '../../oci/csv.ts';
import type { Flag } from '../flags/flag.ts';
import { readBytes } from '../flags/bytes.ts';
import { cut, value } from '../flags/kinds.ts';
import { readBool } from '../flags/numbers.ts';
import type { ClientSession } from '../session.ts';
import type { Printer } from '../text.ts';

/** `--mount` as it is read; whoever sends it resolves the source. */
export interface MountOption {
  readonly mount: Mount;
  /** A spelling was used that Docker warns of. */
  readonly deprecated: boolean;
}

export async function warnOfMounts(
  session: ClientSession,
  err: Printer,
  options: readonly MountOption[],
): Promise<void> {
  const warning = 'bind-nonrecursive is deprecated, use bind-recursive=disabled instead';
  for (const { deprecated } of options) if (deprecated) await logWarning(session, err, warning);
}

interface Draft {
  Type: string;
  Source?: string;
  Target?: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: NonNullable<Mount['BindOptions']>;
  VolumeOptions?: NonNullable<Mount['VolumeOptions']>;
  ImageOptions?: NonNullable<Mount['ImageOptions']>;
  TmpfsOptions?: NonNullable<Mount['TmpfsOptions']>;
  deprecated: boolean;
}

type Setter = (draft: Draft, text: string, key: string) => void;

/** Fields without a value. */
const switches: Readonly<Record<string, (draft: Draft) => void>> = {
  readonly: (draft) => void (draft.ReadOnly = true),
  ro: (draft) => void (draft.ReadOnly = true),
  'volume-nocopy': (draft) => void (volume(draft).NoCopy = true),
  'bind-nonrecursive': (draft) => void (bind(draft).NonRecursive = true),
};

const setters: Readonly<Record<string, Setter>> = {
  type: (draft, text) => void (draft.Type = text.toLowerCase()),
  source: setSource,
  src: setSource,
  target: setTarget,
  dst: setTarget,
  destination: setTarget,
  readonly: setReadOnly,
  ro: setReadOnly,
  consistency: (draft, text) => void (draft.Consistency = text.toLowerCase()),
  'bind-propagation': (draft, text) => void (bind(draft).Propagation = text.toLowerCase()),
  'bind-nonrecursive': (draft, text, key) => {
    bind(draft).NonRecursive = boolean(text, key);
    draft.deprecated = true;
  },
  'bind-recursive': setRecursive,
  'volume-subpath': (draft, text) => void (volume(draft).Subpath = text),
  'volume-nocopy': (draft, text, key) => void (volume(draft).NoCopy = boolean(text, key)),
  'volume-label': (draft, text) => put((volume(draft).Labels ??= {}), text),
  'volume-driver': (draft, text) => void (driver(draft).Name = text),
  'volume-opt': (draft, text) => put((driver(draft).Options ??= {}), text),
  'image-subpath': (draft, text) => void ((draft.ImageOptions ??= {}).Subpath = text),
  'tmpfs-size': (draft, text, key) => void (tmpfs(draft).SizeBytes = checked(text, key, readBytes)),
  'tmpfs-mode': (draft, text, key) => void (tmpfs(draft).Mode = checked(text, key, readMode)),
};

export function mounts(usage: string): Flag<readonly MountOption[]> {
  const read = (text: string, previous: readonly MountOption[]) => [...previous, readMount(text)];
  return value('mount', [] as readonly MountOption[], read, usage);
}

/** @throws Error in Docker's words */
export function readMount(text: string): MountOption {
  const draft: Draft = { Type: 'volume', deprecated: false };
  for (const field of readCsv(text)) setField(draft, field);
  return check(draft);
}

function setField(draft: Draft, field: string): void {
  const [name, text] = cut(field, '=');
  const key = name.toLowerCase();
  if (text === undefined) {
    if (!Object.hasOwn(switches, key)) throw new Error(`invalid field '${field}' must be a key=value pair`);
    return switches[key]?.(draft);
  }
  if (!Object.hasOwn(setters, key)) throw new Error(`unexpected key '${key}' in '${field}'`);
  return setters[key]?.(draft, text, key);
}

function setSource(draft: Draft, text: string): void {
  draft.Source = text;
}

function setTarget(draft: Draft, text: string): void {
  draft.Target = text;
}

function setReadOnly(draft: Draft, text: string, key: string): void {
  draft.ReadOnly = boolean(text, key);
}

function setRecursive(draft: Draft, text: string, key: string): void {
  if (text === 'disabled') bind(draft).NonRecursive = true;
  else if (text === 'writable') bind(draft).ReadOnlyNonRecursive = true;
  else if (text === 'readonly') bind(draft).ReadOnlyForceRecursive = true;
  else if (text !== 'enabled') {
    const choice = '(must be "enabled", "disabled", "writable", or "readonly")';
    throw new Error(`invalid value for ${key}: ${text} ${choice}`);
  }
}

function bind(draft: Draft) {
  return (draft.BindOptions ??= {});
}

function volume(draft: Draft) {
  return (draft.VolumeOptions ??= { DriverConfig: {} });
}

function driver(draft: Draft) {
  return (volume(draft).DriverConfig ??= {});
}

function tmpfs(draft: Draft) {
  return (draft.TmpfsOptions ??= {});
}

function put(map: Record<string, string>, text: string): void {
  const [key, rest] = cut(text, '=');
  if (key !== '') map[key] = rest ?? '';
}

function boolean(text: string, key: string): boolean {
  return checked(text, key, readBool);
}

function checked<T>(text: string, key: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch {
    throw new Error(`invalid value for ${key}: ${text}`);
  }
}

function readMode(text: string): number {
  if (!/^[0-7]+$/.test(text)) throw new Error('not octal');
  return Number.parseInt(text, 8);
}

/** Which options go with which type. */
const optionTypes = {
  volume: 'VolumeOptions',
  image: 'ImageOptions',
  bind: 'BindOptions',
  tmpfs: 'TmpfsOptions',
} as const;

function check(draft: Draft): MountOption {
  if (draft.Type === '') throw new Error('type is required');
  if (!draft.Target) throw new Error('target is required');
  for (const [type, options] of Object.entries(optionTypes)) {
    if (draft[options] && draft.Type !== type) {
      throw new Error(`cannot mix '${type}-*' options with mount type '${draft.Type}'`);
    }
  }
  checkRecursion(draft);
  return sent(draft, draft.Target);
}

function checkRecursion({ ReadOnly, BindOptions: options = {} }: Draft): void {
  if (options.ReadOnlyNonRecursive && !ReadOnly) throw requires('writable', 'readonly');
  if (!options.ReadOnlyForceRecursive) return;
  if (!ReadOnly) throw requires('readonly', 'readonly');
  if (options.Propagation !== 'rprivate') throw requires('readonly', 'bind-propagation=rprivate');
}

function requires(option: string, what: string): Error {
  return new Error(`option 'bind-recursive=${option}' requires '${what}' to be specified in conjunction`);
}

/** What is empty or false is not sent. */
function sent({ deprecated, ...draft }: Draft, target: string): MountOption {
  return { mount: dropEmpty({ ...draft, Target: target }) as Mount, deprecated };
}

const keptEmpty = new Set(['BindOptions', 'VolumeOptions', 'ImageOptions', 'TmpfsOptions', 'DriverConfig']);

function dropEmpty(fields: object): object {
  const entries = Object.entries(fields).filter(([key, held]) => keptEmpty.has(key) || !isEmpty(held));
  return Object.fromEntries(
    entries.map(([key, held]: [string, unknown]) => [
      key,
      keptEmpty.has(key) ? dropEmpty(held as object) : held,
    ]),
  );
}

function isEmpty(held: unknown): boolean {
  return typeof held === 'object' && held ? Object.keys(held).length === 0 : !held;
}
