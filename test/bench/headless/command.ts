import type { TestTerminal } from '../../boot/terminal.ts';
import { key } from '../../boot/terminal.ts';
import { countInstructions } from './instructions.ts';

/** What a command line took, from the Enter key to the next prompt. */
export interface CommandCost {
  milliseconds: number;
  /** Millions. */
  instructions: number;
}

/** What a terminal answers to the shell's question at each prompt; one that does not is waited for, 20 ms. */
const cursorReport = '\x1b[1;1R';

/** Types the command and waits for its echo before the Enter key: a pasted line would wait for that report too. */
export async function runTimed(terminal: TestTerminal, command: string): Promise<CommandCost> {
  terminal.type(cursorReport + command);
  await terminal.expect(command);
  const instructions = countInstructions();
  const started = performance.now();
  terminal.type(key.enter);
  await terminal.prompt();
  return { milliseconds: performance.now() - started, instructions: instructions() };
}
