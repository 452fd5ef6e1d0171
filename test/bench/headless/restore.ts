import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';

export const restore: Benchmark = {
  name: 'restore',
  processes: 5,
  run: async ({ files }) => {
    const { ready, prompt } = await start(files);
    return [
      { name: 'node: restore to engine ready', unit: 'ms', samples: [ready] },
      { name: 'node: restore to prompt', unit: 'ms', samples: [prompt] },
    ];
  },
};

async function start(files: string): Promise<{ ready: number; prompt: number }> {
  const started = performance.now();
  const machine = await TestMachine.start({ files });
  const ready = performance.now() - started;
  await machine.terminal();
  const prompt = performance.now() - started;
  if (machine.bottleship.machine.coldBoot !== undefined) throw new Error('the state could not be restored');
  await machine.stop();
  return { ready, prompt };
}
