import { TestMachine } from '../../boot/machine.ts';
import type { TestTerminal } from '../../boot/terminal.ts';
import type { Benchmark } from '../benchmark.ts';
import { targets } from '../benchmark.ts';
import type { Measurement } from '../measurement.ts';
import { repeat } from '../measurement.ts';
import { type CommandCost, runTimed } from './command.ts';
import { pull } from './pull.ts';

const run = 'docker run --rm busybox true';
const boots = 4;

export const commands: Benchmark = {
  name: 'commands',
  run: async ({ files }) => {
    const first = await repeat(boots, () => inFreshMachine(files, (terminal) => runTimed(terminal, run)));
    return [
      ...asRows('node: docker run, first', first, { target: targets.run }),
      ...(await inFreshMachine(files, following)),
    ];
  },
};

async function following(terminal: TestTerminal): Promise<Measurement[]> {
  await repeat(3, () => runTimed(terminal, run));
  const runs = await repeat(20, () => runTimed(terminal, run));
  await runTimed(terminal, 'docker run -d --name c busybox sleep 100000');
  const ps = await repeat(20, () => runTimed(terminal, 'docker ps'));
  const execs = await repeat(20, () => runTimed(terminal, 'docker exec c true'));
  const bare = await repeat(20, () => runTimed(terminal, '/bin/true'));
  return [
    ...asRows('node: docker run', runs, { target: targets.run }, native('run')),
    ...asRows('node: docker ps', ps, { target: targets.ps }, native('ps')),
    ...asRows('node: docker exec', execs, {}, native('exec')),
    ...asRows('node: /bin/true', bare),
  ];
}

async function inFreshMachine<T>(files: string, body: (terminal: TestTerminal) => Promise<T>): Promise<T> {
  const machine = await TestMachine.start({ files });
  await pull(machine, 'busybox');
  const result = await body(await machine.terminal({ rows: 24, cols: 120 }));
  await machine.stop();
  return result;
}

/** Only time has a target and something to be compared with. */
function asRows(
  name: string,
  costs: readonly CommandCost[],
  target: Pick<Measurement, 'target'> = {},
  comparison: Pick<Measurement, 'compareTo'> = {},
): Measurement[] {
  const samples = costs.map(({ milliseconds }) => milliseconds);
  const counts = costs.map(({ instructions }) => instructions);
  return [
    { name, unit: 'ms', samples, ...target, ...comparison },
    { name: `${name}, instructions`, unit: 'M instr.', samples: counts },
  ];
}

function native(command: string): Pick<Measurement, 'compareTo'> {
  return { compareTo: [`native: docker ${command}`] };
}
