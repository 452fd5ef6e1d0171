import type { Benchmark } from '../benchmark.ts';
import { orExit } from '../docker-commands.ts';
import { withDataImage } from '../headless/data-image.ts';
import type { Measurement } from '../measurement.ts';
import { repeat, summarize } from '../measurement.ts';
import { withProfile, withServed } from './profile.ts';
import { Visit } from './visit.ts';

const busyboxName = 'page: docker run busybox, beside a large image';
const megabytes = 100;

/** Starting a container must not depend on how large its image is. */
export const largeImage: Benchmark = {
  name: 'page-large-image',
  run: ({ files }) =>
    withDataImage(files, megabytes * 1e6, () =>
      withServed(files, ({ address }) =>
        withProfile(async (context) => {
          const pulling = await Visit.open(context, address);
          await pulling.run(orExit('docker pull -q busybox'));
          await pulling.run(orExit('docker pull -q bench'));
          await pulling.close();
          return inNewVisit(await Visit.open(context, address));
        }),
      ),
    ),
};

/** Nothing of either image is in memory. */
async function inNewVisit(visit: Visit): Promise<Measurement[]> {
  const run = async (image: string) => (await visit.run(orExit(`docker run --rm ${image} true`))).painted;
  const first = await run('bench');
  await repeat(3, () => run('busybox'));
  const pairs = await repeat(12, async () => [await run('busybox'), await run('bench')] as const);
  await visit.close();
  const [busybox, large] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
  return [
    { name: busyboxName, unit: 'ms', samples: busybox },
    {
      name: `page: docker run of an image of ${megabytes} MB`,
      unit: 'ms',
      samples: large,
      target: summarize(busybox).median + 50,
      compareTo: [busyboxName],
    },
    {
      name: `page: docker run of an image of ${megabytes} MB, first after boot`,
      unit: 'ms',
      samples: [first],
    },
  ];
}
