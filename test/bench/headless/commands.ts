import { TestMachine } from '../../boot/machine.ts';
import type { TestTerminal } from '../../boot/terminal.ts';
import { type Benchmark, targets } from '../benchmark.ts';
import type { Measurement } from '../measurement.ts';
import { dockerExec, dockerPs, dockerRun, orExit, startBox } from '../docker-commands.ts';
import { repeat } from '../measurement.ts';
import { type CommandCost, runTimed } from './command.ts';
import { pull } from './pull.ts';

export const commands: Benchmark = {
  name: 'commands',
  processes: 3,
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    await pull(machine, 'busybox');
    const terminal = await machine.terminal({ rows: 24, cols: 120 });
    const first = await runTimed(terminal, dockerRun);
    const rest = await following(terminal);
    return [
      ...asRows('node: docker run, first', [first], { target: targets.run, compareTo: ['node: docker run'] }),
      ...rest,
    ];
  },
};

async function following(terminal: TestTerminal): Promise<Measurement[]> {
  await repeat(3, () => runTimed(terminal, orExit(dockerRun)));
  const runs = await repeat(12, () => runTimed(terminal, dockerRun));
  for (const command of [startBox, dockerPs, dockerExec]) await runTimed(terminal, orExit(command));
  const ps = await repeat(10, () => runTimed(terminal, dockerPs));
  const execs = await repeat(10, () => runTimed(terminal, dockerExec));
  const bare = await repeat(10, () => runTimed(terminal, '/bin/true'));
  return [
    ...asRows('node: docker run', runs, { target: targets.run, compareTo: ['native: docker run'] }),
    ...asRows('node: docker ps', ps, { target: targets.ps, compareTo: ['native: docker ps'] }),
    ...asRows('node: docker exec', execs, { target: targets.exec, compareTo: ['native: docker exec'] }),
    ...asRows('node: /bin/true', bare),
  ];
}

/** Only time has a target and something to be compared with. */
function asRows(
  name: string,
  costs: readonly CommandCost[],
  rest: Pick<Measurement, 'target' | 'compareTo'> = {},
): Measurement[] {
  const samples = costs.map(({ milliseconds }) => milliseconds);
  const counts = costs.map(({ instructions }) => instructions);
  return [
    { name, unit: 'ms', samples, ...rest },
    { name: `${name}, instructions`, unit: 'M instr.', samples: counts },
  ];
}
