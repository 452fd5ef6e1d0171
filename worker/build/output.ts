import type { ProgressMessage } from '../protocol/engine-api.ts';
import { CommandFailed } from './errors.ts';

/** The lines that the classic builder prints. */
export class BuildOutput {
  readonly report: (message: ProgressMessage) => void;
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(report: (message: ProgressMessage) => void) {
    this.report = report;
  }

  print(text: string): void {
    this.report({ stream: text });
  }

  /** In red, as the client expects what is said on standard error. */
  warn(text: string): void {
    this.print(`\u001B[91m${text}\u001B[0m`);
  }

  step(at: number, count: number, source: string): void {
    this.print(`Step ${at}/${count} : ${source}`);
    this.print('\n');
  }

  image(id: string): void {
    this.print(` ---> ${shortId(id)}\n`);
  }

  /** What a command writes. */
  command(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    const text = this.#decoders[stream].decode(bytes, { stream: true });
    if (text === '') return;
    if (stream === 'stdout') this.print(text);
    else this.warn(text);
  }
}

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** What a build ends with when it fails. */
export function failureMessage(error: unknown): ProgressMessage {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof CommandFailed ? { code: error.code } : {};
  return { errorDetail: { ...code, message }, error: message };
}
