import { encodeBase64 } from '../../text.ts';
import type { SolveStatus } from '../../../protocol/engine-api.ts';

/** `--progress=rawjson`: each status as a line of JSON, as BuildKit's client writes it. */
export function rawJson({ vertexes, statuses, logs, warnings }: SolveStatus): string {
  const line = {
    ...(vertexes && {
      vertexes: vertexes.map(({ digest, inputs, name, started, completed, cached, error }) => ({
        digest,
        ...(inputs.length > 0 && { inputs }),
        name,
        ...times({ started, completed }),
        ...(cached && { cached }),
        ...(error !== undefined && { error }),
      })),
    }),
    ...(statuses && {
      statuses: statuses.map(({ id, vertex, current, total, timestamp, started, completed }) => ({
        id,
        vertex,
        current,
        ...(total !== undefined && { total }),
        ...times({ timestamp, started, completed }),
      })),
    }),
    ...(logs && {
      logs: logs.map(({ vertex, stream, data, timestamp }) => ({
        vertex,
        stream,
        data: encodeBase64(data),
        ...times({ timestamp }),
      })),
    }),
    ...(warnings && {
      warnings: warnings.map(({ vertex, short, detail, url }) => ({
        vertex,
        level: 1,
        short: encodeBase64(new TextEncoder().encode(short)),
        detail: [encodeBase64(new TextEncoder().encode(detail))],
        url,
      })),
    }),
  };
  return Object.keys(line).length === 0 ? '' : `${JSON.stringify(line)}\n`;
}

function times(given: Readonly<Record<string, number | undefined>>): Record<string, string> {
  const told = Object.entries(given).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(told.map(([name, time]) => [name, new Date(time).toISOString()]));
}
