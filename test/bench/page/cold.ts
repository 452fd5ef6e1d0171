import { launchBrowser } from '../../e2e/browser.ts';
import type { Benchmark } from '../benchmark.ts';
import { budget } from '../budgets.ts';
import { repeat } from '../measurement.ts';
import { withServed } from './profile.ts';
import type { ServedPage } from './served.ts';
import { Visit } from './visit.ts';

/** The first visit: nothing of the page in any cache. */
export const coldPage: Benchmark = {
  name: 'page-cold',
  run: ({ files }) =>
    withServed(files, async (served) => {
      const browser = await launchBrowser();
      const visits = await repeat(5, () => visit(browser, served));
      await browser.close();
      const prompts = visits.map(({ prompt }) => prompt.painted);
      const bytes = visits.map(({ bytes }) => bytes / 1e6);
      return [
        { name: 'page: open to prompt, cold cache', unit: 'ms', samples: prompts },
        {
          name: 'page: bytes to the prompt',
          unit: 'MB',
          samples: bytes,
          target: budget('bytes to the prompt'),
        },
      ];
    }),
};

async function visit(browser: Awaited<ReturnType<typeof launchBrowser>>, served: ServedPage) {
  const before = served.bytesSent;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const { prompt } = await Visit.open(context, served.address);
  const bytes = served.bytesSent - before;
  await context.close();
  return { prompt, bytes };
}
