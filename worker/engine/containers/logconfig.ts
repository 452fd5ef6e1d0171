import type { LogSpec } from '../../protocol/agent.ts';
import type { HostConfig } from '../../protocol/engine-api.ts';
import { internal, invalid } from '../errors.ts';

type LogConfig = NonNullable<HostConfig['LogConfig']>;

const everyDriver = new Set(['mode', 'max-buffer-size']);
const files = ['max-file', 'max-size', 'compress'];

interface Driver {
  readonly options: readonly string[];
  readonly unknown: (option: string) => string;
}

/** They send what is logged to a server, which a container finds out to be impossible here when it is started. */
const senders = ['awslogs', 'fluentd', 'gcplogs', 'gelf', 'journald', 'splunk', 'syslog'];

/** `none` takes any option, and does nothing with it. */
const drivers: Readonly<Record<string, Driver | undefined>> = {
  'json-file': {
    options: [...files, 'labels', 'labels-regex', 'env', 'env-regex', 'tag'],
    unknown: (option) => `unknown log opt '${option}' for json-file log driver`,
  },
  local: { options: files, unknown: (option) => `unknown log opt '${option}' for log driver local` },
  none: undefined,
  ...Object.fromEntries(senders.map((name) => [name, undefined])),
};

/**
 * Throws on drivers and options that are not there. What the options' values are is found out at the start.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/logger/factory.go (ValidateLogOpts)
 */
export function validateLogConfig(config: LogConfig | undefined): void {
  const type = config?.Type || 'json-file';
  const given = config?.Config ?? {};
  if (!Object.hasOwn(drivers, type))
    throw invalid(`error looking up logging plugin ${type}: plugin ${JSON.stringify(type)} not found`);
  if (type === 'none') return;
  validateMode(given);
  const driver = drivers[type];
  const unknown = Object.keys(given).find(
    (name) => !driver?.options.includes(name) && !everyDriver.has(name),
  );
  if (driver && unknown !== undefined) throw invalid(driver.unknown(unknown));
}

function validateMode({ mode = '', 'max-buffer-size': buffer }: Record<string, string>): void {
  if (!['', 'blocking', 'non-blocking'].includes(mode))
    throw invalid(`logger: logging mode not supported: ${mode}`);
  if (buffer === undefined) return;
  if (mode !== 'non-blocking')
    throw invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  if (parseSize(buffer) === undefined)
    throw invalid(`error parsing option max-buffer-size: invalid size: '${buffer}'`);
}

/** Docker keeps everything unless it is told otherwise; here it would fill the browser's memory. */
const withoutLimit: LogSpec = { maxSize: 20_000_000, maxFiles: 5 };

/** How much is kept; undefined with a driver that keeps nothing. @throws what Docker says when the driver cannot be started */
export function logSpec({ Type, Config }: LogConfig): LogSpec | undefined {
  if (Type === 'none') return undefined;
  if (senders.includes(Type)) throw unstartable(cannotSend(Type, Config ?? {}));
  const options = Config ?? {};
  const given = options['max-size'] === undefined ? undefined : maxSize(options['max-size'], Type);
  const maxFiles = options['max-file'] === undefined ? undefined : maxFile(options['max-file']);
  const compressed = parseBool(options['compress']);
  if (Type === 'json-file' && compressed && ((maxFiles ?? 1) < 2 || given === undefined))
    throw unstartable('compress cannot be true when max-file is less than 2 or max-size is not set');
  if (given === undefined) return { ...withoutLimit, ...(Type === 'local' && maxFiles && { maxFiles }) };
  return { maxSize: given, maxFiles: maxFiles ?? (Type === 'local' ? withoutLimit.maxFiles : 1) };
}

function cannotSend(type: string, options: Record<string, string>): string {
  if (type === 'splunk' && !options['splunk-url']) return 'splunk: splunk-url is expected';
  return `${type}: logs can be kept on this machine only`;
}

function maxSize(text: string, type: string): number {
  const size = parseSize(text);
  const words = `invalid size: '${text}'`;
  if (size === undefined)
    throw unstartable(type === 'local' ? `invalid value for max-size: ${text}: ${words}` : words);
  if (size <= 0) throw unstartable('max-size must be a positive number');
  return size;
}

function maxFile(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    throw unstartable(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) < 1) throw unstartable('max-file cannot be less than 1');
  return Number(text);
}

function parseBool(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw unstartable(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Also for what else keeps a logging driver from being started. */
export function unstartable(reason: string): Error {
  return internal(`failed to create task for container: failed to initialize logging driver: ${reason}`);
}

/** Go's units.FromHumanSize, in decimal units. */
function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text);
  if (match === null) return undefined;
  return Math.trunc(Number(match[1]) * 1000 ** ' kmgtp'.indexOf((match[2] || ' ').toLowerCase()));
}
