import { TestMachine } from '../../boot/machine.ts';
import type { TestTerminal } from '../../boot/terminal.ts';
import { type Benchmark, targets } from '../benchmark.ts';
import { pause, repeat } from '../measurement.ts';

const backspace = '\x7f';

export const echo: Benchmark = {
  name: 'echo',
  run: async ({ files }) => {
    const machine = await TestMachine.start({ files });
    const terminal = await machine.terminal();
    const samples = await repeat(60, () => typeKey(terminal));
    await machine.stop();
    return [{ name: 'node: keystroke echo', unit: 'ms', samples, target: targets.echo }];
  },
};

/** A person's keys come to a machine that idles. */
async function typeKey(terminal: TestTerminal): Promise<number> {
  await pause(20 + Math.random() * 20);
  const started = performance.now();
  terminal.type('x');
  await terminal.expect('x');
  const taken = performance.now() - started;
  terminal.type(backspace);
  await terminal.expect('\b');
  return taken;
}
