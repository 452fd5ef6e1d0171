import { TestMachine } from '../../boot/machine.ts';
import type { TestTerminal } from '../../boot/terminal.ts';
import { type Benchmark, targets } from '../benchmark.ts';
import { dockerRun, orExit } from '../docker-commands.ts';
import type { Measurement } from '../measurement.ts';
import { runTimed } from './command.ts';
import { pull } from './pull.ts';

const rounds = 5;

interface Place {
  readonly machine: TestMachine;
  readonly terminal: TestTerminal;
}

/** Ten instructions, five of which make a layer; `%` makes each round another build. */
const tenSteps =
  'FROM busybox\\nARG ROUND=%\\nENV A=b\\nWORKDIR /w%\\nCOPY a b/\\nLABEL x=y\\nCOPY b c/\\nADD a d/\\nCOPY a e/\\nCMD ["true"]\\n';
const fiveRuns = `FROM busybox\\n${[1, 2, 3, 4, 5].map((at) => `RUN echo ${at} % > /${at}\\n`).join('')}`;
const wholeContext = 'FROM scratch\\nLABEL round=%\\nCOPY . /\\n';

export const builds: Benchmark = {
  name: 'builds',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    await pull(machine, 'busybox');
    await machine.out('mkdir /root/small /root/large; cd /root/small; echo a > a; echo b > b');
    await machine.out('cd /root/large; for i in $(seq 1000); do echo $i > file$i; done');
    const terminal = await machine.terminal({ rows: 24, cols: 120 });
    for (let i = 0; i < 5; i += 1) await runTimed(terminal, orExit(dockerRun));
    const measurements = [
      ...(await measured({ machine, terminal }, 'small', tenSteps, 'ten steps without RUN', targets.build)),
      ...(await runs({ machine, terminal })),
      ...(await large({ machine, terminal })),
    ];
    await machine.stop();
    return measurements;
  },
};

/** A build of its own each round, and the same again. */
async function measured(
  { machine, terminal }: Place,
  folder: string,
  text: string,
  what: string,
  target: number,
): Promise<Measurement[]> {
  const fresh: number[] = [];
  const cached: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await write(machine, folder, text, round);
    fresh.push(await build(terminal, folder));
    cached.push(await build(terminal, folder));
  }
  return [
    { name: `node: docker build, ${what}`, unit: 'ms', samples: fresh, target },
    {
      name: `node: docker build, ${what}, all cached`,
      unit: 'ms',
      samples: cached,
      target: targets.cachedBuild,
    },
  ];
}

/** Beside what five `docker run` take here and now. */
async function runs({ machine, terminal }: Place): Promise<Measurement[]> {
  const run: number[] = [];
  const built: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    run.push((await runTimed(terminal, orExit(dockerRun))).milliseconds);
    await write(machine, 'small', fiveRuns, round);
    built.push(await build(terminal, 'small'));
  }
  const median = run.toSorted((a, b) => a - b)[Math.trunc(rounds / 2)] ?? 0;
  return [{ name: 'node: docker build, five RUN', unit: 'ms', samples: built, target: 5 * median + 1000 }];
}

async function large({ machine, terminal }: Place): Promise<Measurement[]> {
  await write(machine, 'large', wholeContext, 0);
  const first = await build(terminal, 'large');
  const changed: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await write(machine, 'large', wholeContext, round);
    changed.push(await build(terminal, 'large'));
  }
  return [
    { name: 'node: docker build, 1,000 files', unit: 'ms', samples: [first], target: targets.largeBuild },
    { name: 'node: docker build, 1,000 files, one has changed', unit: 'ms', samples: changed },
  ];
}

async function write(machine: TestMachine, folder: string, text: string, round: number): Promise<void> {
  await machine.out(`printf '${text.replaceAll('%', String(round))}' > /root/${folder}/Dockerfile`);
}

async function build(terminal: TestTerminal, folder: string): Promise<number> {
  return (await runTimed(terminal, orExit(`docker build -q /root/${folder}`))).milliseconds;
}
