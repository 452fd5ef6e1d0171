import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Measurement } from '../measurement.ts';
import { repeat } from '../measurement.ts';
import { dataFiles, serveDataImage } from './data-image.ts';
import { pull } from './pull.ts';

/** Files of a layer, read in a container: over 9P the first time, from the guest's page cache after it. */
export const ninep: Benchmark = {
  name: '9p',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files, answer: await serveDataImage(files) });
    await pull(machine, 'bench');
    await machine.out('docker run -d --name data bench sleep 100000');
    const cold = await readAll(machine);
    const warm = [...(await readAll(machine)), ...(await readAll(machine))];
    await machine.stop();
    return [row('cold', cold), { ...row('warm', warm), compareTo: ['node: 9P read, cold, 8 MB'] }];
  },
};

function row(name: string, samples: number[]): Measurement {
  return { name: `node: 9P read, ${name}, 8 MB`, unit: 'MB/s', samples };
}

function readAll(machine: TestMachine): Promise<number[]> {
  return repeat(dataFiles, (number) => read(machine, number));
}

/** By the guest's clock, so that starting `dd` does not count. */
async function read(machine: TestMachine, file: number): Promise<number> {
  const report = await machine.out(`docker exec data dd if=/data/${file} of=/dev/null bs=256k 2>&1`);
  const [, bytes, seconds] = /^(\d+) bytes .* copied, ([\d.]+) seconds/m.exec(report) ?? [];
  if (bytes === undefined || seconds === undefined) throw new Error(`dd says: ${report}`);
  return Number(bytes) / 1e6 / Number(seconds);
}
