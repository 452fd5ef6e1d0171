import type { Headers2 } from '../http2/hpack.ts';

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const grpcCodes = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** How a call has failed. */
export class GrpcError extends Error {
  readonly code: number;
  /** An encoded google.rpc.Status that says more than code and message. */
  readonly details: Uint8Array | undefined;

  constructor(code: number, message: string, details?: Uint8Array) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The fields that a call ends with. */
export function statusFields(error: unknown): Headers2 {
  if (error === undefined) return [['grpc-status', '0']];
  const { code, message, details } = asGrpcError(error);
  return [
    ['grpc-status', String(code)],
    ['grpc-message', percentEncoded(message)],
    ...(details === undefined ? [] : [['grpc-status-details-bin', base64(details)] as const]),
  ];
}

function asGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  return new GrpcError(grpcCodes.unknown, error instanceof Error ? error.message : String(error));
}

/** @throws GrpcError with what the fields say, unless it is success */
export function requireSuccess(fields: Headers2): void {
  const values = new Map(fields);
  const code = values.get('grpc-status');
  if (code === '0') return;
  const message = percentDecoded(values.get('grpc-message') ?? '');
  throw new GrpcError(Number(code ?? grpcCodes.unknown), message || 'the call has ended without a status');
}

/** Characters are bytes of UTF-8. */
function percentEncoded(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte),
    )
    .join('');
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/=+$/, '');
}
