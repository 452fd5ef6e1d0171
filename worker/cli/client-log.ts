import type { ClientSession } from './session.ts';
import type { Printer } from './text.ts';

const yellow = '\x1b[33m';
const plain = '\x1b[0m';
const messageWidth = 44;

/** A warning of the client's own log, as logrus writes it to a terminal and elsewhere. */
export async function logWarning(session: ClientSession, err: Printer, message: string): Promise<void> {
  if (session.tty.stderr) {
    await err.println(`${yellow}WARN${plain}[0000] ${message.padEnd(messageWidth)} `);
  } else {
    const time = new Date().toISOString().replace(/\.\d+/, '');
    await err.println(`time="${time}" level=warning msg=${JSON.stringify(message)}`);
  }
}
