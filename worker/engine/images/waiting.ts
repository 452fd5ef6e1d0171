import type { ProgressMessage } from '../../protocol/engine-api.ts';
import type { OnWait } from '../../registry/transport.ts';

/** Tells of waits for a registry, as dockerd does; of a layer's by its ID, with what they are for where there is none. */
export function tellingWaits(report: (message: ProgressMessage) => void, id?: string): OnWait {
  return (seconds, reason) => {
    const status = `Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`;
    report(id === undefined ? { status: `${status}: ${reason}` } : { status, progressDetail: {}, id });
  };
}
