import { readCsv } from '../../oci/csv.ts';
import type { Flag } from '../flags/flag.ts';
import { cut, pair, value } from '../flags/kinds.ts';
import { readDecimal } from '../flags/numbers.ts';

/** What a driver on the engine's side is asked for. */
export interface DeviceRequest {
  Driver: string;
  /** -1 is all. */
  Count: number;
  DeviceIDs: string[] | null;
  Capabilities: string[][] | null;
  Options: Record<string, string> | null;
}

const setters: Readonly<Record<string, (request: DeviceRequest, text: string) => void>> = {
  driver: (request, text) => void (request.Driver = text),
  count: (request, text) => void (request.Count = readCount(text)),
  device: (request, text) => void (request.DeviceIDs = text.split(',')),
  capabilities: (request, text) => void (request.Capabilities = [[...text.split(','), 'gpu']]),
  options: (request, text) => void (request.Options = readOptions(text)),
};

export function gpus(usage: string): Flag<readonly DeviceRequest[]> {
  const read = (text: string, previous: readonly DeviceRequest[]) => [...previous, readGpus(text)];
  return value('gpu-request', [] as readonly DeviceRequest[], read, usage);
}

/** `all`, a number, or `device=...,capabilities=...`. @throws Error in Docker's words */
export function readGpus(text: string): DeviceRequest {
  const request: DeviceRequest = {
    Driver: '',
    Count: 0,
    DeviceIDs: null,
    Capabilities: [['gpu']],
    Options: {},
  };
  const seen = new Set<string>();
  for (const field of readCsv(text)) setField(request, field, seen);
  if (!seen.has('count') && !request.DeviceIDs) request.Count = 1;
  return request;
}

function setField(request: DeviceRequest, field: string, seen: Set<string>): void {
  const [key, text] = cut(field, '=');
  if (seen.has(key)) throw new Error(`gpu request key '${key}' can be specified only once`);
  seen.add(key);
  if (text === undefined) {
    seen.add('count');
    request.Count = readCount(key);
  } else if (Object.hasOwn(setters, key)) setters[key]?.(request, text);
  else throw new Error(`unexpected key '${key}' in '${field}'`);
}

function readCount(text: string): number {
  if (text === 'all') return -1;
  try {
    return readDecimal(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split(': ').at(-1) ?? '') : '';
    throw new Error(`invalid count (${text}): value must be either "all" or an integer: ${why}`, {
      cause: error,
    });
  }
}

function readOptions(text: string): Record<string, string> {
  return Object.assign({}, ...readCsv(text).map(pair)) as Record<string, string>;
}
