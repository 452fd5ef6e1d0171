import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';
import { repeat } from '../measurement.ts';

export const restore: Benchmark = {
  name: 'restore',
  run: async ({ files }) => {
    const starts = await repeat(7, () => start(files));
    return [
      { name: 'node: restore to engine ready', unit: 'ms', samples: starts.map(({ ready }) => ready) },
      { name: 'node: restore to prompt', unit: 'ms', samples: starts.map(({ prompt }) => prompt) },
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
