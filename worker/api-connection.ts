import type { Connection } from './api/http/connection.ts';
import type { ChannelStream } from './machine/stream.ts';

/** A client's connection to the guest's docker.sock. */
export function apiConnection(stream: ChannelStream): Connection {
  const gone = new AbortController();
  stream.onReset(() => gone.abort(new Error('the client is gone')));
  return {
    input: stream.output,
    write: (bytes) => stream.write(bytes),
    end: () => stream.end(),
    reset: () => stream.reset(),
    gone: gone.signal,
  };
}
