import type { BrowserContext } from 'playwright-core';
import { type Benchmark, targets } from '../benchmark.ts';
import { dockerExec, dockerPs, dockerRun, orExit, startBox } from '../docker-commands.ts';
import type { Measurement } from '../measurement.ts';
import { repeat } from '../measurement.ts';
import { withProfile, withServed } from './profile.ts';
import { type Latency, Visit } from './visit.ts';

/** From the Enter key until the next prompt is painted, with the image in the browser's database. */
export const pageCommands: Benchmark = {
  name: 'page-commands',
  run: ({ files }) =>
    withServed(files, (served) =>
      withProfile(async (context) => {
        await inVisit(context, served.address, (visit) => visit.run(orExit('docker pull -q busybox')));
        const first = await repeat(4, () =>
          inVisit(context, served.address, (visit) => visit.run(dockerRun)),
        );
        return [
          row('page: docker run, first', first, { target: targets.run, compareTo: ['page: docker run'] }),
          ...(await inVisit(context, served.address, following)),
        ];
      }),
    ),
};

async function following(visit: Visit): Promise<Measurement[]> {
  await repeat(3, () => visit.run(orExit(dockerRun)));
  const runs = await repeat(15, () => visit.run(dockerRun));
  for (const command of [startBox, dockerPs, dockerExec]) await visit.run(orExit(command));
  const ps = await repeat(15, () => visit.run(dockerPs));
  const execs = await repeat(15, () => visit.run(dockerExec));
  return [
    row('page: docker run', runs, { target: targets.run, compareTo: compare('run') }),
    row('page: docker ps', ps, { target: targets.ps, compareTo: compare('ps') }),
    row('page: docker exec', execs, { target: targets.exec, compareTo: compare('exec') }),
  ];
}

async function inVisit<T>(
  context: BrowserContext,
  address: string,
  body: (visit: Visit) => Promise<T>,
): Promise<T> {
  const visit = await Visit.open(context, address);
  const result = await body(visit);
  await visit.close();
  return result;
}

function row(
  name: string,
  latencies: readonly Latency[],
  rest: Pick<Measurement, 'target' | 'compareTo'>,
): Measurement {
  return { name, unit: 'ms', samples: latencies.map(({ painted }) => painted), ...rest };
}

function compare(command: string): string[] {
  return [`native: docker ${command}`, `node: docker ${command}`];
}
