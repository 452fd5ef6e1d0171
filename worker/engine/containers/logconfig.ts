import type { HostConfig } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';

type LogConfig = NonNullable<HostConfig['LogConfig']>;

const drivers: Readonly<Record<string, readonly string[]>> = {
  'json-file': [
    'max-file',
    'max-size',
    'compress',
    'labels',
    'labels-regex',
    'env',
    'env-regex',
    'tag',
    'mode',
    'max-buffer-size',
  ],
  local: ['max-file', 'max-size', 'compress', 'mode', 'max-buffer-size'],
  none: [],
};

/** Throws on drivers and options that are not there. */
export function validateLogConfig(config: LogConfig | undefined): void {
  const type = config?.Type || 'json-file';
  const options = Object.hasOwn(drivers, type) ? drivers[type] : undefined;
  if (options === undefined) throw invalid(`logger: no log driver named '${type}' is registered`);
  const unknown = Object.keys(config?.Config ?? {}).find((name) => !options.includes(name));
  if (unknown !== undefined) throw invalid(`unknown log opt '${unknown}' for ${type} log driver`);
  logSize(config);
}

/** Bytes that the log may take, from max-size and max-file; undefined is no limit of the user's. */
export function logSize(config: LogConfig | undefined): number | undefined {
  const { 'max-size': size, 'max-file': files } = config?.Config ?? {};
  if (size === undefined || size === '-1') return undefined;
  return parseSize(size) * Math.max(1, Number(files ?? 1) || 1);
}

/** Go's units.FromHumanSize and RAMInBytes agree on what people write here: a number and k, m or g. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(text);
  if (match === null) throw invalid(`invalid size: '${text}'`);
  return Math.trunc(Number(match[1]) * 1000 ** ' kmgt'.indexOf((match[2] || ' ').toLowerCase()));
}
