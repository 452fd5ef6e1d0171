import type { Agent } from '../../protocol/agent-client.ts';
import type { Clock } from '../clock.ts';
import type { Container } from './container.ts';

/**
 * How long a program may take until it has said which signals it wants, in milliseconds. It is looked at so often: where the
 * machine is slow a look takes longer, as the program does.
 */
const patience = 2000;
const interval = 25;

/** HUP, INT, QUIT, USR1, USR2, TERM: those that programs catch to come to an end, or to read their files again. */
const awaited: ReadonlySet<number> = new Set([1, 2, 3, 10, 12, 15]);

/**
 * The kernel drops a signal for the first process of a namespace that has no handler for it. A program that has only just
 * been started gets a moment to install one: this machine is slower than the ones that clients are made for.
 */
export async function untilHeard(
  { agent, clock }: { readonly agent: Agent; readonly clock: Clock },
  container: Container,
  signal: number,
): Promise<void> {
  const { state, hostConfig } = container;
  const isFirst = hostConfig.PidMode === '' && !hostConfig.Init;
  const { pid, startedAt = -Infinity } = state;
  if (!awaited.has(signal) || !isFirst || state.paused || pid === 0) return;
  const looks = (patience - (clock.now() - startedAt)) / interval;
  for (let look = 0; look < looks && state.pid === pid; look++) {
    const [status] = (await agent.call('read', { paths: [`/proc/${pid}/status`] })) ?? [];
    if (!status || isCaught(status, signal)) return;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

/** proc_pid_status(5): masks of the signals that are blocked, ignored and caught, in hexadecimal. */
function isCaught(status: string, signal: number): boolean {
  const bit = 1n << BigInt(signal - 1);
  return ['SigBlk', 'SigIgn', 'SigCgt'].some((name) => {
    const [, mask = '0'] = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status) ?? [];
    return (BigInt(`0x${mask}`) & bit) !== 0n;
  });
}
