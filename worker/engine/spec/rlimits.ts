import { internal } from '../errors.ts';
import { runcFailure } from './runc.ts';

/** RLIMIT_ numbers of Linux on x86, by Docker's names. https://github.com/docker/go-units/blob/v0.5.0/ulimit.go */
const types: Readonly<Record<string, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
};

/** An rlimit for every ulimit. Throws, as runc does at the start, on one that is none. */
export function rlimits(
  ulimits: readonly { Name: string; Soft: number; Hard: number }[],
): [type: number, soft: number, hard: number][] {
  return ulimits.map(({ Name, Soft, Hard }) => {
    const type = Object.hasOwn(types, Name) ? types[Name] : undefined;
    if (type === undefined) throw internal(runcFailure(`wrong rlimit value: RLIMIT_${Name.toUpperCase()}`));
    return [type, Soft, Hard];
  });
}
