import type {
  SolveLog,
  SolveProgress,
  SolveStatus,
  SolveVertex,
  SolveWarning,
} from '../../protocol/engine-api.ts';
import { type Bytes, bytesField, joined, textField, varintField } from './protobuf.ts';

/**
 * What has changed in a build as BuildKit's clients read it.
 * https://github.com/moby/buildkit/blob/v0.25.1/api/services/control/control.proto (StatusResponse)
 */
export function encodeStatus({ vertexes, statuses, logs, warnings }: SolveStatus): Bytes {
  return joined([
    ...(vertexes ?? []).map((each) => bytesField(1, vertex(each))),
    ...(statuses ?? []).map((each) => bytesField(2, progress(each))),
    ...(logs ?? []).map((each) => bytesField(3, log(each))),
    ...(warnings ?? []).map((each) => bytesField(4, warning(each))),
  ]);
}

function vertex({ digest, inputs, name, cached, started, completed, error }: SolveVertex): Bytes {
  return joined([
    bytesField(1, digest),
    ...inputs.map((input) => bytesField(2, input)),
    textField(3, name),
    varintField(4, cached ? 1 : 0),
    timestamp(5, started),
    timestamp(6, completed),
    textField(7, error ?? ''),
  ]);
}

function progress(status: SolveProgress): Bytes {
  return joined([
    bytesField(1, status.id),
    bytesField(2, status.vertex),
    varintField(4, status.current),
    varintField(5, status.total ?? 0),
    timestamp(6, status.timestamp),
    timestamp(7, status.started),
    timestamp(8, status.completed),
  ]);
}

function log({ vertex: of, stream, data, timestamp: time }: SolveLog): Bytes {
  return joined([bytesField(1, of), timestamp(2, time), varintField(3, stream), bytesField(4, data)]);
}

function warning({ vertex: of, short, detail, url, source }: SolveWarning): Bytes {
  const { filename, text, range } = source;
  const info = joined([bytesField(1, filename), bytesField(2, text), textField(4, 'Dockerfile')]);
  const lines = joined([
    bytesField(1, varintField(1, range.first)),
    bytesField(2, varintField(1, range.last)),
  ]);
  return joined([
    bytesField(1, of),
    varintField(2, 1),
    bytesField(3, short),
    ...(detail === '' ? [] : [bytesField(4, detail)]),
    textField(5, url),
    bytesField(6, info),
    bytesField(7, lines),
  ]);
}

/** google.protobuf.Timestamp */
function timestamp(field: number, milliseconds: number | undefined): Bytes {
  if (milliseconds === undefined) return new Uint8Array();
  const seconds = Math.floor(milliseconds / 1000);
  const nanoseconds = Math.round((milliseconds - seconds * 1000) * 1e6);
  return bytesField(field, joined([varintField(1, seconds), varintField(2, nanoseconds)]));
}
