import type {
  SolveLog,
  SolveProgress,
  SolveStatus,
  SolveVertex,
  SolveWarning,
} from '../../protocol/engine-api.ts';
import { Message } from '../grpc/message.ts';

/**
 * What has changed in a build as BuildKit's clients read it.
 * https://github.com/moby/buildkit/blob/v0.25.1/api/services/control/control.proto (StatusResponse)
 */
export function encodeStatus(status: SolveStatus): Uint8Array {
  const message = new Message();
  for (const each of status.vertexes ?? []) message.message(1, vertex(each));
  for (const each of status.statuses ?? []) message.message(2, progress(each));
  for (const each of status.logs ?? []) message.message(3, log(each));
  for (const each of status.warnings ?? []) message.message(4, warning(each));
  return message.finish();
}

function vertex({ digest, inputs, name, cached, started, completed, error }: SolveVertex): Message {
  const message = new Message().text(1, digest);
  for (const input of inputs) message.text(2, input);
  return message
    .text(3, name)
    .number(4, cached ? 1 : 0)
    .time(5, started)
    .time(6, completed)
    .text(7, error ?? '');
}

function progress(status: SolveProgress): Message {
  return new Message()
    .text(1, status.id)
    .text(2, status.vertex)
    .number(4, status.current)
    .number(5, status.total ?? 0)
    .time(6, status.timestamp)
    .time(7, status.started)
    .time(8, status.completed);
}

function log({ vertex: of, stream, data, timestamp }: SolveLog): Message {
  return new Message().text(1, of).time(2, timestamp).number(3, stream).bytes(4, data);
}

function warning({ vertex: of, short, detail, url, source }: SolveWarning): Message {
  const encoder = new TextEncoder();
  const message = new Message().text(1, of).number(2, 1).bytes(3, encoder.encode(short));
  if (detail !== '') message.bytes(4, encoder.encode(detail));
  message.text(5, url);
  if (source === undefined) return message;
  const { filename, text, range } = source;
  return message
    .message(6, new Message().text(1, filename).bytes(2, encoder.encode(text)).text(4, 'Dockerfile'))
    .message(7, new Message().message(1, position(range.first)).message(2, position(range.last)));
}

function position(line: number): Message {
  return new Message().number(1, line);
}
