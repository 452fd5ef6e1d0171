/**
 * The guest's agent: PID 1 of the machine. It holds what runc and its shim hold; whatever needs thought is in the worker.
 */
import type { AgentEvents, ListenerName } from '../../worker/protocol/agent.ts';
import { flagMore, type Frame, frameType } from '../../worker/protocol/frame.ts';
import { carryOut, type Services } from './calls.ts';
import { Channel } from './channel.ts';
import { type Answer, Containers } from './container/containers.ts';
import { paths } from './container/paths.ts';
import { blockSignals } from './kernel/signals.ts';
import { type Connection, listen } from './listener.ts';
import { Logs } from './log/logs.ts';
import { Loop } from './loop.ts';
import { boot, openPort } from './machine.ts';
import { Processes } from './process/processes.ts';
import { type StreamKind, Streams } from './streams.ts';

blockSignals();
boot();

const loop = new Loop((error) => emit('trouble', { message: String(error) }));
const channel: Channel = new Channel(openPort(), loop, handle);
const streams = new Streams(loop, channel);
const processes = new Processes(loop, streams);
const exited = (event: AgentEvents['exited']): void => emit('exited', event);
const logs = new Logs(streams);
const containers = new Containers(processes, logs, exited);
const services: Services = { processes, containers, streams, logs, exited };
/** Calls whose JSON has not come whole yet. */
const partial = new Map<number, Uint8Array[]>();

listen(`${paths.sockets}/cli.sock`, 0o600, loop, (connection) => connected('cli', 'socket', connection));
listen(paths.api, 0o660, loop, (connection) => connected('api', 'client', connection));

emit('ready', {});

for (;;) {
  channel.flush();
  loop.turn();
}

function handle(frame: Frame): void {
  if (frame.type !== frameType.call) return streams.handle(frame);
  if (frame.flags & flagMore) {
    partial.set(frame.id, [...(partial.get(frame.id) ?? []), frame.payload.slice()]);
    return;
  }
  const parts = [...(partial.get(frame.id) ?? []), frame.payload];
  partial.delete(frame.id);
  const [method, params] = JSON.parse(decode(joined(parts))) as [string, unknown];
  carryOut(services, method, params, answerTo(frame.id));
}

function connected(listener: ListenerName, kind: StreamKind, { fd, pid, uid }: Connection): void {
  const stream = streams.ownId();
  emit('connected', { listener, stream, pid, uid });
  streams.open(stream, fd, kind);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function answerTo(id: number): Answer<unknown> {
  return {
    result: (value) => channel.sendJson(frameType.result, id, value),
    failure: (failure) => channel.sendJson(frameType.failure, id, failure),
  };
}

function emit<E extends keyof AgentEvents>(name: E, params: AgentEvents[E]): void {
  channel.sendJson(frameType.event, 0, [name, params]);
}
