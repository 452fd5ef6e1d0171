import type { AgentStream } from '../../protocol/agent-client.ts';
import { logHeaderSize, longestLogRecord, readLogHeader } from '../../protocol/log.ts';
import type { LogRecord } from './store.ts';

/** The records of a log file as its bytes come in. What cannot be a record, and half a one at the end, ends the log. */
export async function* parseRecords(stream: AgentStream): AsyncGenerator<LogRecord> {
  let rest = new Uint8Array(0);
  try {
    for await (const bytes of stream.output) {
      rest = joined(rest, bytes);
      let at = 0;
      for (let record = recordAt(rest, at); record !== undefined; record = recordAt(rest, at)) {
        if (record.bytes.length > longestLogRecord) return;
        at += logHeaderSize + record.bytes.length;
        yield record;
      }
      rest = rest.subarray(at);
      if (rest.length > logHeaderSize + longestLogRecord) return;
    }
  } finally {
    stream.reset();
  }
}

/** The record that begins there, if it is whole. */
function recordAt(bytes: Uint8Array, at: number): LogRecord | undefined {
  if (bytes.length < at + logHeaderSize) return undefined;
  const { isError, length, time } = readLogHeader(bytes, at);
  const start = at + logHeaderSize;
  if (bytes.length < start + length) return undefined;
  return { time, stream: isError ? 'stderr' : 'stdout', bytes: bytes.subarray(start, start + length) };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
