import { TestMachine } from '../../boot/machine.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Measurement } from '../measurement.ts';
import { pull } from './pull.ts';

const bytes = 20_000_000;

/** What goes through the `docker` command, by its way: what prepares it, and the command line that is timed. */
const ways: readonly [name: string, prepare: string, command: string][] = [
  [
    'docker logs',
    `docker run --name talker busybox sh -c 'yes $(seq -s. 30) | head -c ${bytes}' > /dev/null`,
    'docker logs talker > /dev/null',
  ],
  [
    'docker run -i, standard input',
    `head -c ${bytes} /dev/zero > /tmp/file`,
    'docker run --rm -i busybox cat < /tmp/file > /dev/null',
  ],
  [
    'docker cp, into a container',
    'docker create --name box busybox > /dev/null',
    'docker cp /tmp/file box:/file',
  ],
  ['docker cp, out of a container', 'true', 'docker cp -q box:/file /tmp/back'],
  ['docker save', 'docker commit box big > /dev/null', 'docker save -o /tmp/big.tar big'],
  ['docker load', 'docker rmi big > /dev/null', 'docker load -q -i /tmp/big.tar > /dev/null'],
];

/** The bytes of one large file, through the command and its program in the guest. */
export const transfer: Benchmark = {
  name: 'transfer',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    await pull(machine, 'busybox');
    await machine.out('docker run --rm busybox true');
    const rows: Measurement[] = [];
    for (const [name, prepare, command] of ways) {
      await machine.out(prepare);
      rows.push({ name: `node: ${name}, 20 MB`, unit: 'MB/s', samples: [await rate(machine, command)] });
    }
    await machine.stop();
    return rows;
  },
};

async function rate(machine: TestMachine, command: string): Promise<number> {
  const started = performance.now();
  await machine.out(command);
  return bytes / 1e3 / (performance.now() - started);
}
