/** Types of Go's as far as templates tell them apart: what Docker's client knows of an object that it shows. */
export type GoType = BasicType | SliceType | MapType | PointerType | StructType;

export interface BasicType {
  readonly kind: 'string' | 'int' | 'uint' | 'bool' | 'float' | 'any' | 'time';
  readonly name: string;
}

export interface SliceType {
  readonly kind: 'slice';
  readonly of: GoType;
}

export interface MapType {
  readonly kind: 'map';
  readonly of: GoType;
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly to: GoType;
}

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  /** In their order. */
  readonly fields: Readonly<Record<string, StructField>>;
}

export interface StructField {
  readonly type: GoType;
  /** Its name in JSON. */
  readonly json: string;
  /** Not written when it is empty. */
  readonly omitEmpty: boolean;
}

export const string: BasicType = { kind: 'string', name: 'string' };
export const int: BasicType = { kind: 'int', name: 'int' };
export const int64: BasicType = { kind: 'int', name: 'int64' };
export const uint64: BasicType = { kind: 'uint', name: 'uint64' };
export const float64: BasicType = { kind: 'float', name: 'float64' };
export const bool: BasicType = { kind: 'bool', name: 'bool' };
/** A point in time, RFC 3339 in JSON. */
export const time: BasicType = { kind: 'time', name: 'time.Time' };
export const any: BasicType = { kind: 'any', name: 'interface {}' };

/** What sets have for values. */
export const nothing: StructType = { kind: 'struct', name: 'struct {}', fields: {} };

export function slice(of: GoType): SliceType {
  return { kind: 'slice', of };
}

export function map(of: GoType): MapType {
  return { kind: 'map', of };
}

export function pointer(to: GoType): PointerType {
  return { kind: 'pointer', to };
}

type FieldSpec = GoType | readonly [type: GoType, json: string, omitEmpty?: 'omitempty'];

/** A field's name in JSON is its own where it has no other; `,omitempty` as in Go. */
export function struct(name: string, specs: Readonly<Record<string, FieldSpec>>): StructType {
  const fields = Object.entries(specs).map(([field, spec]): [string, StructField] => {
    const [type, json, omit] = isPlain(spec) ? [spec, field] : spec;
    return [field, { type, json, omitEmpty: omit !== undefined }];
  });
  return { kind: 'struct', name, fields: Object.fromEntries(fields) };
}

/** The fields of a struct that is embedded in another. */
export function specs({ fields }: StructType): Record<string, FieldSpec> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, { type, json, omitEmpty }]): [string, FieldSpec] => [
      field,
      omitEmpty ? [type, json, 'omitempty'] : [type, json],
    ]),
  );
}

function isPlain(spec: FieldSpec): spec is GoType {
  return 'kind' in spec;
}

export function typeText(type: GoType): string {
  switch (type.kind) {
    case 'slice':
      return `[]${typeText(type.of)}`;
    case 'map':
      return `map[string]${typeText(type.of)}`;
    case 'pointer':
      return `*${typeText(type.to)}`;
    default:
      return type.name;
  }
}
