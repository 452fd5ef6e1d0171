import type { Connection } from '../http/connection.ts';
import { closeCode, decodeFrames, encodeClose, encodeFrame, opcode, ProtocolError } from './frames.ts';

/** The data of a websocket's frames as a connection: what is written becomes frames of one type. */
export function websocketConnection(connection: Connection, type: 'text' | 'binary'): Connection {
  const socket = new WebSocketData(connection);
  return {
    input: socket.input(),
    gone: connection.gone,
    write: (bytes) => connection.write(encodeFrame(opcode[type], bytes)),
    end: () => socket.close(closeCode.normal),
    reset: () => connection.reset(),
  };
}

class WebSocketData {
  readonly #connection: Connection;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Ends with the client's close frame, which is answered. */
  async *input(): AsyncGenerator<Uint8Array> {
    try {
      for await (const { opcode: code, payload } of decodeFrames(this.#connection.input)) {
        if (code === opcode.close) break;
        if (code === opcode.ping) await this.#connection.write(encodeFrame(opcode.pong, payload));
        else if (code <= opcode.binary && payload.length > 0) yield payload;
        else if (code > opcode.pong) throw new ProtocolError('unknown opcode');
      }
      await this.close(closeCode.normal);
    } catch (error) {
      await this.close(error instanceof ProtocolError ? closeCode.protocolError : closeCode.normal);
    }
  }

  async close(code: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connection.write(encodeClose(code)).catch(() => undefined);
    await this.#connection.end();
  }
}
