import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';
import { repeat } from '../measurement.ts';
import { pull } from './pull.ts';

const blocks = 800;
const bytes = blocks * 65_536;
/** busybox's `head -c` copies byte by byte: it took nine tenths of the time. */
const script = `docker run --rm busybox dd if=/dev/zero bs=64k count=${blocks} 2> /dev/null`;

export const output: Benchmark = {
  name: 'output',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    await pull(machine, 'busybox');
    const samples = await repeat(2, () => throughput(machine));
    await machine.stop();
    return [{ name: 'node: output of a container, 50 MB', unit: 'MB/s', samples }];
  },
};

/** From the command's start to its end. */
async function throughput(machine: TestMachine): Promise<number> {
  const started = performance.now();
  const { stdin, stdout, exited } = await machine.start(script);
  await stdin.end();
  let received = 0;
  for await (const chunk of stdout) received += chunk.length;
  if ((await exited) !== 0 || received !== bytes) throw new Error(`${received} of ${bytes} bytes arrived`);
  return bytes / 1e3 / (performance.now() - started);
}
