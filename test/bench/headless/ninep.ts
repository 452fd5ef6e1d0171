import { TestMachine } from '../../boot/machine.ts';
import type { TestTerminal } from '../../boot/terminal.ts';
import type { Benchmark } from '../benchmark.ts';
import { repeat, summarize } from '../measurement.ts';
import { runTimed } from './command.ts';
import { dataFiles, dataFileSize, serveDataImage } from './data-image.ts';
import { pull } from './pull.ts';

const coldName = 'node: 9P read in a container, cold';

/** Enough of it that starting the program does not matter. */
const everything = Array(5).fill('/data/*').join(' ');

/** Files of a layer, read in a container: over 9P the first time, from the guest's page cache after it. */
export const ninep: Benchmark = {
  name: '9p',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files, answer: await serveDataImage(files) });
    await pull(machine, 'bench');
    const shell = await containerShell(machine);
    const nothing = summarize(await repeat(10, () => read(shell, '/dev/null'))).median;
    const throughput = async (paths: string, bytes: number): Promise<number> =>
      bytes / 1e3 / ((await read(shell, paths)) - nothing);
    const cold = await repeat(dataFiles, (number) => throughput(`/data/${number}`, dataFileSize));
    const warm = await repeat(5, () => throughput(everything, 5 * dataFiles * dataFileSize));
    await machine.stop();
    return [
      { name: coldName, unit: 'MB/s', samples: cold },
      { name: 'node: 9P read in a container, warm', unit: 'MB/s', samples: warm, compareTo: [coldName] },
    ];
  },
};

/** Its prompt is that of the machine, which the terminal waits for. */
async function containerShell(machine: TestMachine): Promise<TestTerminal> {
  const terminal = await machine.terminal({ rows: 24, cols: 120 });
  await terminal.run("docker run -it --rm -e PS1='root@bottleship:in# ' bench sh", 'in# ');
  return terminal;
}

/** @returns milliseconds, the start of the program included */
async function read(shell: TestTerminal, paths: string): Promise<number> {
  return (await runTimed(shell, `cat ${paths} > /dev/null`)).milliseconds;
}
