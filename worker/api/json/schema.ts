import { ApiError } from '../../protocol/engine-api.ts';

/** A type of Go as its JSON decoder takes values: `decode` gives what fits, or throws in the decoder's words. */
export interface Schema {
  /** Go's name for it, as errors give it. */
  readonly type: string;
  /** `null` and what is missing are undefined: Go leaves a field as it is. */
  readonly decode: (value: unknown, at: Place) => unknown;
}

/** Where in a document a value is. */
export interface Place {
  /** The struct that the document is decoded into. */
  readonly root: string;
  readonly path: readonly string[];
}

export type Fields = Readonly<Record<string, Schema>>;

/** Decodes a whole document. `root` is the struct's name in errors about its fields. */
export function decode(schema: Schema, root: string, value: unknown): unknown {
  return schema.decode(value ?? undefined, { root, path: [] });
}

function mismatch({ type }: Pick<Schema, 'type'>, value: unknown, at: Place): ApiError {
  const path = at.path.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1')).join('.');
  // What looks like an element of an array is not called a field.
  const field = /^\d+$/.test(at.path.at(-1) ?? '') ? `.${path}` : `Go struct field ${at.root}.${path}`;
  const target = path === '' ? `Go value of type ${type}` : `${field} of type ${type}`;
  return new ApiError(400, `invalid JSON: json: cannot unmarshal ${kindOf(value, type)} into ${target}`);
}

/** A number is named when it is one, but not one of the type's. */
function kindOf(value: unknown, type: string): string {
  if (typeof value === 'number')
    return /^(u?int\d*|time\.Duration|os\.FileMode)$/.test(type) ? `number ${value}` : 'number';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function scalar(type: string, fits: (value: unknown) => boolean): Schema {
  const schema: Schema = {
    type,
    decode: (value, at) => {
      if (value === undefined || value === null || fits(value)) return value ?? undefined;
      throw mismatch(schema, value, at);
    },
  };
  return schema;
}

const isString = (value: unknown): boolean => typeof value === 'string';
const within =
  (low: number, high: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
const isInt64 = within(-(2 ** 63), 2 ** 63);

export const string = scalar('string', isString);
export const bool = scalar('bool', (value) => typeof value === 'boolean');
export const int = scalar('int', isInt64);
export const int64 = scalar('int64', isInt64);
export const uint16 = scalar('uint16', within(0, 0xffff));
export const uint64 = scalar('uint64', within(0, 2 ** 64));
export const duration = scalar('time.Duration', isInt64);
export const fileMode = scalar('os.FileMode', within(0, 0xffffffff));
const uint = scalar('uint', within(0, 2 ** 64));

/** A string type with a name of its own. */
export function named(type: string): Schema {
  return scalar(type, isString);
}

/** `struct{}`, whatever its fields. */
export const nothing: Schema = {
  type: 'struct {}',
  decode: (value, at) => {
    if (value !== undefined && value !== null && !isObject(value)) throw mismatch(nothing, value, at);
    return {};
  },
};

export function list(of: Schema, type = `[]${of.type}`): Schema {
  const schema: Schema = {
    type,
    decode: (value, at) => {
      if (value === undefined || value === null) return undefined;
      if (!Array.isArray(value)) throw mismatch(schema, value, at);
      return value.map((item, index) => of.decode(item, inside(at, String(index))) ?? zeroOf(of));
    },
  };
  return schema;
}

export function map(of: Schema, type = `map[string]${of.type}`): Schema {
  const schema: Schema = {
    type,
    decode: (value, at) => {
      if (value === undefined || value === null) return undefined;
      if (!isObject(value)) throw mismatch(schema, value, at);
      const entries = Object.entries(value);
      return Object.fromEntries(
        entries.map(([key, item]) => [key, of.decode(item, inside(at, key)) ?? zeroOf(of)]),
      );
    },
  };
  return schema;
}

/** Fields are found in any case, those without a place are dropped. */
export function struct(type: string, fields: Fields): Schema {
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  const schema: Schema = {
    type,
    decode: (value, at) => {
      if (value === undefined || value === null) return undefined;
      if (!isObject(value)) throw mismatch(schema, value, at);
      const out: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        const name = Object.hasOwn(fields, key) ? key : names.get(key.toLowerCase());
        if (name === undefined) continue;
        const decoded = fields[name]?.decode(item, inside(at, name));
        if (decoded !== undefined) out[name] = decoded;
      }
      return out;
    },
  };
  return schema;
}

/** `null` is kept: a key without a value means something. */
export function pointer(of: Schema): Schema {
  return {
    type: `*${of.type}`,
    decode: (value, at) => (value === null || value === undefined ? null : of.decode(value, at)),
  };
}

/** strslice.StrSlice: a string is a list of one. */
export const words: Schema = {
  type: 'strslice.StrSlice',
  decode: (value) => {
    if (value === null || value === undefined) return undefined;
    if (typeof value === 'string') return [value];
    if (Array.isArray(value) && value.every(isString)) return value;
    throw mismatch({ type: 'string' }, value, { root: '', path: [] });
  },
};

/** `[2]uint`: what is missing is 0. */
export const uintPair: Schema = {
  type: '[2]uint',
  decode: (value, at) => {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw mismatch(uintPair, value, at);
    return [0, 1].map((index) => uint.decode(value[index], inside(at, String(index))) ?? 0);
  },
};

function zeroOf({ type }: Schema): unknown {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type.startsWith('*')) return null;
  if (type.startsWith('[]')) return [];
  return type.startsWith('map[') || type.includes('.') ? {} : 0;
}

function inside(at: Place, name: string): Place {
  return { root: at.root, path: [...at.path, name] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
