import type { TestTerminal } from '../../boot/terminal.ts';
import { key } from '../../boot/terminal.ts';
import { countInstructions } from './instructions.ts';

/** What a command line took, from the Enter key to the next prompt. */
export interface CommandCost {
  milliseconds: number;
  /** Millions. */
  instructions: number;
}

/** Types the command and waits for its echo before the Enter key: a pasted line would wait for a cursor report. */
export async function runTimed(terminal: TestTerminal, command: string): Promise<CommandCost> {
  terminal.type(command);
  await terminal.expect(command);
  const instructions = countInstructions();
  const started = performance.now();
  terminal.type(key.enter);
  await terminal.prompt();
  return { milliseconds: performance.now() - started, instructions: instructions() };
}
