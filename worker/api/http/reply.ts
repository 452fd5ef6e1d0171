import { goJson } from '../../oci/gojson.ts';
import { mapped } from '../mapped.ts';
import type { Connection } from './connection.ts';

/** Header fields in the order in which they are sent. */
export type FieldList = readonly (readonly [name: string, value: string])[];

/** An answer: either of HTTP, or a handler that takes the connection over. */
export type Reply = Answer | Hijack;

export interface Answer {
  readonly status: number;
  readonly headers: FieldList;
  /** Bytes are sent with their length, an iterable in chunks: head first, then every chunk as it comes. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

interface Hijack {
  /**
   * Gets the connection with nothing answered yet, its input beginning after the request; the connection is ended
   * when it resolves.
   */
  readonly hijack: (connection: Connection) => Promise<void>;
}

const encoder = new TextEncoder();

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: [['Content-Type', 'application/json']],
    body: encoder.encode(`${JSON.stringify(value)}\n`),
  };
}

export function text(status: number, body: string): Answer {
  return { status, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: encoder.encode(body) };
}

export function empty(status: number): Answer {
  return { status, headers: [] };
}

export function stream(contentType: string | undefined, body: AsyncIterable<Uint8Array>): Answer {
  return { status: 200, headers: contentType === undefined ? [] : [['Content-Type', contentType]], body };
}

export function hijack(handler: Hijack['hijack']): Hijack {
  return { hijack: handler };
}

/** One JSON document an item, each followed by `separator`, as Docker's streams write them: with what HTML minds escaped. */
export function jsonLines(items: AsyncIterable<unknown>, separator = '\n'): AsyncIterable<Uint8Array> {
  return mapped(items, (item) => encoder.encode(goJson(item) + separator));
}

const statusTexts: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  417: 'Expectation Failed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Status line and fields, with the blank line. */
export function encodeHead(status: number, headers: FieldList, minor = 1): Uint8Array {
  const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return encoder.encode(
    `HTTP/1.${minor === 0 ? 0 : 1} ${status} ${statusTexts[status] ?? `status code ${status}`}\r\n${fields}\r\n`,
  );
}
