import { type BuildQuery, serverMark } from './case.ts';

const flags: Readonly<Record<string, string>> = {
  t: 'tag',
  dockerfile: 'file',
  buildargs: 'build-arg',
  labels: 'label',
  nocache: 'no-cache',
  cachefrom: 'cache-from',
  target: 'target',
  secret: 'secret',
  shmsize: 'shm-size',
  networkmode: 'network',
  extrahosts: 'add-host',
};

/** What is asked of `POST /build` as flags of `docker build`. */
export function commandFlags(query: BuildQuery, server: string): string[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const flag = flags[name];
    if (flag === undefined) throw new Error(`no flag of docker build for ${name}`);
    return values(value).map((text) => `--${flag}=${text.replaceAll(serverMark, server)}`);
  });
}

/** A map has an entry without `=` for each null. */
function values(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).map(([key, text]) => (text === null ? key : `${key}=${String(text)}`));
}
