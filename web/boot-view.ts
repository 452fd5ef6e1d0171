import type { MachineStatus } from '../worker/protocol/page.ts';
import type { Booting } from './booting.ts';
import { showFailure, showRunning, showStarting } from './stage.ts';
import { showStatus } from './status-line.ts';
import { askToKeep } from './storage.ts';
import { describeStatus } from './status-text.ts';

/** Resolves when there is a machine; never does when there will be none, which the page then says. */
export async function showBooting(booting: Booting): Promise<void> {
  try {
    booting.follow(show);
    await booting.done;
    showRunning();
  } catch (error) {
    show({ phase: 'failed', message: error instanceof Error ? error.message : String(error) });
    await new Promise<never>(() => {});
  }
}

function show(status: MachineStatus): void {
  const view = describeStatus(status);
  showStatus(view);
  showStarting(view);
  if (status.phase === 'pulling') askToKeep();
  if (status.phase === 'failed') showFailure('The machine is not running', status.message);
}
