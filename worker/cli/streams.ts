import type { Attached, OutputChunk, Sink } from '../protocol/engine-api.ts';
import { logWarning } from './client-log.ts';
import { badKey, DetachKeys } from './detach-keys.ts';
import type { ClientSession } from './session.ts';
import { Printer } from './text.ts';

export interface StreamOptions {
  readonly tty: boolean;
  /** The default ones where there are none. */
  readonly detachKeys?: string;
}

/** The keys that the flag names, or the client's configuration; to be sent only where there are any. */
export function detachKeys({ values, config }: DetachCall): { detachKeys?: string } {
  const keys = values['detach-keys'] || config.detachKeys;
  return keys === '' ? {} : { detachKeys: keys };
}

interface DetachCall {
  readonly values: { readonly 'detach-keys': string };
  readonly config: { readonly detachKeys: string };
}

/**
 * Connects the client's streams with a process until its output has ended or the user has typed the detach keys.
 * The terminal is raw meanwhile where the process has one and standard input is passed on. Rejects when the client is gone.
 */
export async function connectStreams(
  session: ClientSession,
  attached: Attached,
  options: StreamOptions,
): Promise<'ended' | 'detached'> {
  const raw = options.tty && attached.stdin !== undefined && session.tty.stdin;
  if (raw) await session.setRaw(true);
  try {
    return await pumpBoth(session, attached, options);
  } finally {
    if (raw) await session.setRaw(false).catch(() => undefined);
  }
}

async function pumpBoth(
  session: ClientSession,
  attached: Attached,
  options: StreamOptions,
): Promise<'ended' | 'detached'> {
  const detach = new AbortController();
  const keys = options.tty ? await detachReader(session, options.detachKeys ?? '') : undefined;
  if (attached.stdin) {
    void pumpInput(session.stdin, attached.stdin, keys).then((how) => how === 'detached' && detach.abort());
  }
  await pumpOutput(attached.output, session, detach.signal);
  return detach.signal.aborted ? 'detached' : 'ended';
}

async function detachReader(session: ClientSession, keys: string): Promise<DetachKeys> {
  const mistake = keys === '' ? undefined : badKey(keys);
  if (mistake === undefined) return new DetachKeys(keys);
  const warning = `invalid detach escape keys, using default: Unknown character: '${mistake}'`;
  await logWarning(session, new Printer(session.stderr), warning);
  return new DetachKeys('');
}

/** What the process no longer reads is dropped, like what nobody types. */
async function pumpInput(
  input: AsyncIterable<Uint8Array>,
  stdin: Sink,
  keys: DetachKeys | undefined,
): Promise<'ended' | 'detached'> {
  try {
    for await (const bytes of input) {
      const { pass, detached } = keys ? keys.feed(bytes) : { pass: bytes, detached: false };
      if (pass.length > 0) await stdin.write(pass);
      if (detached) return 'detached';
    }
    await stdin.close();
  } catch {
    // The process has closed its input or has ended; its output tells.
  }
  return 'ended';
}

/** Ends early, leaving the source, when `stop` is aborted; rejects when the client is gone. */
export async function pumpOutput(
  output: AsyncIterable<OutputChunk>,
  session: ClientSession,
  stop?: AbortSignal,
): Promise<void> {
  const signal = stop ? AbortSignal.any([stop, session.gone]) : session.gone;
  for await (const chunk of untilAborted(output, signal)) {
    await (chunk.stream === 'stdout' ? session.stdout : session.stderr).write(chunk.bytes);
  }
  session.gone.throwIfAborted();
}

/** Bytes to standard output. */
export async function printAll(session: ClientSession, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) await session.stdout.write(chunk);
}

/** The items of `source` until `signal`; an item that is awaited at that moment is given up. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let giveUp: (() => void) | undefined;
  const onAbort = () => giveUp?.();
  signal.addEventListener('abort', onAbort);
  let done = false;
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
        giveUp = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      done = next?.done === true;
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is waiting for its next item may answer only then.
    if (!done) iterator.return?.().catch(() => undefined);
  }
}
