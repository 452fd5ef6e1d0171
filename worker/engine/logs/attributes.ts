import type { Container } from '../containers/container.ts';
import { unstartable } from '../containers/logconfig.ts';

type Source = Pick<Container, 'config' | 'hostConfig' | 'id' | 'imageId' | 'name'>;

/**
 * What the options labels, env and tag keep with every line, as `details` shows it: `key=value,...`, escaped and sorted.
 * @throws what Docker says of patterns and templates that are none
 * https://github.com/moby/moby/blob/v28.5.2/daemon/logger/loginfo.go (ExtraAttributes)
 */
export function logAttributes(container: Source): string {
  const { Config } = container.hostConfig.LogConfig;
  const options = Config ?? {};
  const env = (container.config.Env ?? []).map((entry): [string, string] => {
    const equals = entry.indexOf('=');
    return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  const found = new Map([
    ...chosen(Object.entries(container.config.Labels), options['labels'], options['labels-regex']),
    ...chosen(env, options['env'], options['env-regex']),
  ]);
  const tag = options['tag'] === undefined ? '' : expandTag(options['tag'], container);
  if (tag !== '') found.set('tag', tag);
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${queryEscape(key)}=${queryEscape(value)}`)
    .join(',');
}

function chosen(
  entries: [string, string][],
  names: string | undefined,
  pattern: string | undefined,
): [string, string][] {
  const wanted = new Set(names?.split(','));
  const regex = pattern === undefined ? undefined : compile(pattern);
  return entries.filter(([name]) => wanted.has(name) || regex?.test(name));
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw unstartable(`error parsing regexp: ${error instanceof Error ? error.message : pattern}`);
  }
}

/** The fields of Docker's logger.Info that have something to say here. */
const fields: Readonly<Record<string, (source: Source) => string>> = {
  ID: ({ id }) => id.slice(0, 12),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageID: ({ imageId }) => imageId.replace('sha256:', '').slice(0, 12),
  ImageFullID: ({ imageId }) => imageId,
  ImageName: ({ config }) => config.Image,
  DaemonName: () => 'docker',
};

function expandTag(template: string, container: Source): string {
  return template.replace(
    /\{\{(.*?)(\}\}|$)/gs,
    (whole: string, action: string, _end: string, at: number) => {
      const name = /^\s*\.(\w+)\s*$/.exec(action)?.[1];
      if (name === undefined || !whole.endsWith('}}'))
        throw unstartable(`template: log-tag:1: unexpected ${JSON.stringify(action)} in tag`);
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (value === undefined)
        throw unstartable(
          `template: log-tag:1:${at + whole.indexOf('.')}: executing "log-tag" at <.${name}>: can't evaluate field ${name} in type *logger.Info`,
        );
      return value(container);
    },
  );
}

/** Go's url.QueryEscape. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}
