import { errorMessage, invalid } from './errors.ts';

/** Reads one value of a parsed JSON document; `where` names it in the error. */
export type Parser<T> = (value: unknown, where: string) => T;

type JsonObject = Readonly<Record<string, unknown>>;

/** Parses JSON text; `what` names the document in the error. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw invalid(`${what} is not JSON: ${errorMessage(cause)}`);
  }
}

/** Reads an object; arrays and null are none. */
export const object: Parser<JsonObject> = (value, where) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(where, 'an object', value);
  return Object.fromEntries(Object.entries(value));
};

/** Reads a string. */
export const string: Parser<string> = (value, where) => {
  if (typeof value !== 'string') throw wrong(where, 'a string', value);
  return value;
};

/** Reads a boolean. */
export const boolean: Parser<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw wrong(where, 'true or false', value);
  return value;
};

/** Reads a whole number that JavaScript holds exactly. */
export const integer: Parser<number> = (value, where) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(where, 'a whole number', value);
  return value;
};

/** Reads a whole number of at least 0. */
export const size: Parser<number> = (value, where) => {
  const number = integer(value, where);
  if (number < 0) throw wrong(where, 'at least 0', value);
  return number;
};

/** Reads a list. Go writes an empty list as null, so null is one. */
export function list<T>(item: Parser<T>): Parser<T[]> {
  return (value, where) => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw wrong(where, 'a list', value);
    return value.map((element, i) => item(element, `${where}[${i}]`));
  };
}

/** Reads an object whose values are all alike. Every key is an own property, `__proto__` too. */
export function record<T>(item: Parser<T>): Parser<Record<string, T>> {
  return (value, where) =>
    Object.fromEntries(
      Object.entries(object(value, where)).map(([key, element]) => [key, item(element, `${where}.${key}`)]),
    );
}

/** Reads with a parser that knows nothing of places, and adds the place to its error. */
export function located<T>(parse: (value: unknown) => T): Parser<T> {
  return (value, where) => {
    try {
      return parse(value);
    } catch (error) {
      throw invalid(`${where}: ${errorMessage(error)}`);
    }
  };
}

/** Reads a required member. */
export function member<T>(from: JsonObject, key: string, parser: Parser<T>, where: string): T {
  if (!Object.hasOwn(from, key)) throw invalid(`${where}.${key} is missing`);
  return parser(from[key], `${where}.${key}`);
}

/** Reads optional members; what is absent or null stays absent. */
export function optionalMembers<T extends object>(
  from: JsonObject,
  parsers: { readonly [K in keyof T]-?: Parser<Exclude<T[K], undefined>> },
  where: string,
): Partial<T> {
  const out: Partial<T> = {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys() is typed as string[]
  for (const key of Object.keys(parsers) as (keyof T & string)[]) {
    const value = Object.hasOwn(from, key) ? from[key] : undefined;
    if (value !== undefined && value !== null) out[key] = parsers[key](value, `${where}.${key}`);
  }
  return out;
}

function wrong(where: string, wanted: string, got: unknown): Error {
  return invalid(`${where} must be ${wanted}, not ${JSON.stringify(got)?.slice(0, 60) ?? 'nothing'}`);
}
