import { type Benchmark, targets } from '../benchmark.ts';
import { repeat } from '../measurement.ts';
import { withProfile, withServed } from './profile.ts';
import { Visit } from './visit.ts';

const coldName = 'page: open to prompt, cold cache';

/** Every visit after the first one, in the same profile. */
export const warmPage: Benchmark = {
  name: 'page-warm',
  run: ({ files }) =>
    withServed(files, (served) =>
      withProfile(async (context) => {
        const visit = async (): Promise<{ prompt: number; bytes: number }> => {
          const before = served.bytesSent;
          const { prompt, page } = await Visit.open(context, served.address);
          const bytes = served.bytesSent - before;
          await page.close();
          return { prompt: prompt.painted, bytes };
        };
        await visit();
        const visits = await repeat(8, visit);
        const prompts = visits.map(({ prompt }) => prompt);
        const bytes = visits.map(({ bytes }) => bytes / 1e6);
        return [
          {
            name: 'page: open to prompt, warm cache',
            unit: 'ms',
            samples: prompts,
            target: targets.warmPageToPrompt,
            compareTo: [coldName],
          },
          { name: 'page: bytes to the prompt, warm cache', unit: 'MB', samples: bytes },
        ];
      }),
    ),
};
