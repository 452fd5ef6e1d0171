import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';
import { repeat } from '../measurement.ts';

/** The smallest call there is: it is refused, since no stream has this number. */
const call = { stream: 1_000_000, size: { rows: 1, cols: 1 } };

export const agent: Benchmark = {
  name: 'agent',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    await repeat(50, () => roundTrip(machine));
    const samples = await repeat(200, () => roundTrip(machine));
    await machine.stop();
    return [{ name: 'node: agent round trip', unit: 'ms', samples }];
  },
};

async function roundTrip({ bottleship }: TestMachine): Promise<number> {
  const started = performance.now();
  await bottleship.machine.channel.call('resize', call).catch(() => undefined);
  return performance.now() - started;
}
