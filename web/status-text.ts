import type { MachineStatus } from '../worker/protocol/page.ts';

export interface StatusView {
  tone: 'busy' | 'ready' | 'failed';
  text: string;
  /** Without the figures, which a screen reader should not repeat. */
  announcement: string;
  /** From 0 to 1; `unknown` while it is not known how long it takes. */
  progress?: number | 'unknown';
}

export function describeStatus(status: MachineStatus): StatusView {
  switch (status.phase) {
    case 'fetching':
      return transfer('Fetching the machine', status.received, status.total);
    case 'pulling':
      return transfer(`Pulling ${status.image}`, status.received, status.total);
    case 'restoring':
      return { ...same('busy', 'Restoring the machine'), progress: 'unknown' };
    case 'booting':
      return {
        ...same('busy', `Booting from cold, a few seconds more: ${status.reason}`),
        progress: 'unknown',
      };
    case 'ready':
      return {
        tone: 'ready',
        text: readyText(status.seconds, status.cold),
        announcement: 'The machine is ready',
      };
    case 'idle':
      return same('ready', 'Ready');
    default:
      return same('failed', `Failed: ${status.message}`);
  }
}

function same(tone: StatusView['tone'], text: string): StatusView {
  return { tone, text, announcement: text };
}

function transfer(what: string, received: number, total: number): StatusView {
  const text = `${what}: ${amount(received, total)}`;
  const progress = total > 0 ? Math.min(1, received / total) : 'unknown';
  return { tone: 'busy', text, announcement: what, progress };
}

function readyText(seconds: number, cold: boolean): string {
  return `Ready in ${seconds.toFixed(1)} s${cold ? ', booted from cold' : ''}`;
}

/** In the unit of the total, so that the figures do not jump: "3.1 of 6.2 MB". */
function amount(received: number, total: number): string {
  const unit = Math.max(received, total) < 1_000_000 ? { name: 'kB', size: 1000, digits: 0 } : mega;
  const figure = (bytes: number) => (bytes / unit.size).toFixed(unit.digits);
  return total > 0
    ? `${figure(received)} of ${figure(total)} ${unit.name}`
    : `${figure(received)} ${unit.name}`;
}

const mega = { name: 'MB', size: 1_000_000, digits: 1 };
