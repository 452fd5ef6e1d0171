import { ApiError } from '../../protocol/engine-api.ts';
import { encodeHead } from '../http/reply.ts';
import type { HttpRequest } from '../http/server.ts';

/** https://www.rfc-editor.org/rfc/rfc6455#section-1.3 */
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Throws when the request asks for no websocket. */
export function checkHandshake({ headers }: HttpRequest): void {
  if (!headers.hasToken('upgrade', 'websocket') || !headers.hasToken('connection', 'upgrade'))
    throw new ApiError(400, 'not websocket protocol');
  if (headers.get('sec-websocket-version') !== '13')
    throw new ApiError(400, 'missing or bad WebSocket Version');
  if (headers.get('sec-websocket-key') === '') throw new ApiError(400, 'missing Sec-WebSocket-Key');
}

/** The head of the answer with which the connection becomes a websocket. */
export async function handshakeHead({ headers }: HttpRequest): Promise<Uint8Array> {
  const key = new TextEncoder().encode(headers.get('sec-websocket-key') + magic);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', key));
  const protocol = headers.get('sec-websocket-protocol');
  return encodeHead(101, [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', btoa(String.fromCharCode(...digest))],
    ...(/^[\w.-]+$/.test(protocol) ? [['Sec-WebSocket-Protocol', protocol] as const] : []),
  ]);
}
