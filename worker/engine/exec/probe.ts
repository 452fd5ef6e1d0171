import type { OutputChunk } from '../../protocol/engine-api.ts';
import { within } from '../clock.ts';
import { goDuration } from '../time.ts';

export interface ProbeOutcome {
  readonly exitCode: number;
  readonly output: string;
}

/** What is kept of a probe's output. */
const longestOutput = 4096;

/** A process that runs as a health check's probe. */
export interface ProbeProcess {
  /** Ends when the process has. */
  readonly output: AsyncIterable<OutputChunk>;
  kill(): void;
  exitCode(): number;
}

/**
 * Waits for the process, and kills it when its time is over or it is not wanted any more.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/health.go (cmdProbe)
 */
export async function awaitProbe(
  process: ProbeProcess,
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const output = new LimitedText();
  const ended = output.collect(process.output);
  const kill = () => process.kill();
  signal.addEventListener('abort', kill);
  const inTime = await within(timeout, ended);
  if (!inTime) process.kill();
  await ended;
  signal.removeEventListener('abort', kill);
  if (inTime) return { exitCode: process.exitCode(), output: output.text() };
  const text = output.text();
  const words = `Health check exceeded timeout (${goDuration(timeout)})`;
  return { exitCode: -1, output: text === '' ? words : `${words}: ${text}` };
}

/** The beginning of an output. */
class LimitedText {
  readonly #bytes = new Uint8Array(longestOutput);
  #used = 0;

  async collect(output: AsyncIterable<OutputChunk>): Promise<void> {
    for await (const { bytes } of output) {
      const kept = bytes.subarray(0, longestOutput - this.#used);
      this.#bytes.set(kept, this.#used);
      this.#used += kept.length;
    }
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#used));
  }
}
