import type { Engine } from './engine.ts';
import { ask } from './question.ts';
import { showFailure } from './stage.ts';
import { showStatus } from './status-line.ts';

const patience = 10_000;

/** Wipes the machine after asking, then loads the page anew. */
export async function resetMachine(engine: Engine): Promise<void> {
  const confirmed = await ask({
    title: 'Reset the machine?',
    text: 'Every image, container and file in it is removed from this browser. This cannot be undone.',
    confirm: 'Reset machine',
    dangerous: true,
  });
  if (!confirmed) return;
  showStatus({
    tone: 'busy',
    text: 'Resetting the machine',
    announcement: 'Resetting the machine',
    progress: 'unknown',
  });
  try {
    await Promise.race([engine.wipe(), timeUp()]);
    location.reload();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** A machine that never came up does not answer. */
function timeUp(): Promise<never> {
  const message = 'The machine does not answer. Close other tabs of this page, reload, and reset again.';
  return new Promise((_, reject) => setTimeout(() => reject(new Error(message)), patience));
}

function fail(message: string): void {
  showStatus({ tone: 'failed', text: `Not reset: ${message}`, announcement: 'The machine was not reset' });
  showFailure('The machine was not reset', message);
}
