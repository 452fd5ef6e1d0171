import { type Benchmark, targets } from '../benchmark.ts';
import { pause, repeat } from '../measurement.ts';
import { withProfile, withServed } from './profile.ts';
import { Visit } from './visit.ts';

/** A key's way to the guest's shell and back. Painting waits for the next of 60 frames a second. */
export const pageEcho: Benchmark = {
  name: 'page-echo',
  run: ({ files }) =>
    withServed(files, (served) =>
      withProfile(async (context) => {
        const visit = await Visit.open(context, served.address);
        const key = async () => {
          // At any moment of a frame.
          await pause(20 + Math.random() * 20);
          return visit.type('x');
        };
        await repeat(5, key);
        const keys = await repeat(40, key);
        const [parsed, painted] = [keys.map(({ parsed }) => parsed), keys.map(({ painted }) => painted)];
        return [
          { name: 'page: keystroke echo, parsed', unit: 'ms', samples: parsed, target: targets.echo },
          { name: 'page: keystroke echo, painted', unit: 'ms', samples: painted, target: targets.echo },
        ];
      }),
    ),
};
