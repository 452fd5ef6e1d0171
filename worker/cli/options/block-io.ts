import { readBytes } from '../flags/bytes.ts';
import { cut } from '../flags/kinds.ts';
import { readDecimal } from '../flags/numbers.ts';
import type { Flag } from '../flags/flag.ts';
import { value } from '../flags/kinds.ts';

export interface DeviceWeight {
  Path: string;
  Weight: number;
}
export interface DeviceRate {
  Path: string;
  Rate: number;
}

/** Gathers its mentions. */
function gathered<T>(usage: string, read: (text: string) => T): Flag<readonly T[]> {
  const add = (text: string, previous: readonly T[]) => [...previous, read(text)];
  return value('list', [] as readonly T[], add, usage, { defaultText: '[]' });
}

export const deviceWeights = (usage: string): Flag<readonly DeviceWeight[]> => gathered(usage, readWeight);
export const byteRates = (usage: string): Flag<readonly DeviceRate[]> => gathered(usage, readByteRate);
export const operationRates = (usage: string): Flag<readonly DeviceRate[]> =>
  gathered(usage, readOperationRate);

function split(text: string): [path: string, rest: string] {
  const [path, rest] = cut(text, ':');
  if (rest === undefined || path === '') throw new Error(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return [path, rest];
}

function readOr<T>(read: () => T, mistake: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(mistake, { cause: error });
  }
}

/** `/dev/sda:500`: 0, or 10 to 1000. */
function readWeight(text: string): DeviceWeight {
  const [Path, rest] = split(text);
  const mistake = `invalid weight for device: ${text}`;
  const Weight = readOr(() => readDecimal(rest, { min: 0, max: 65535 }), mistake);
  if (Weight !== 0 && (Weight < 10 || Weight > 1000)) throw new Error(mistake);
  return { Path, Weight };
}

const rateForm = 'Number must be a positive integer';

/** `/dev/sda:1mb`. */
function readByteRate(text: string): DeviceRate {
  const [Path, rest] = split(text);
  const form = `The correct format is <device-path>:<number>[<unit>]. ${rateForm}. Unit is optional and can be kb, mb, or gb`;
  return { Path, Rate: readOr(() => readBytes(rest), `invalid rate for device: ${text}. ${form}`) };
}

/** `/dev/sda:100`. */
function readOperationRate(text: string): DeviceRate {
  const [Path, rest] = split(text);
  const form = `The correct format is <device-path>:<number>. ${rateForm}`;
  const mistake = `invalid rate for device: ${text}. ${form}`;
  return { Path, Rate: readOr(() => readDecimal(rest, { min: 0 }), mistake) };
}
