import type { Waiting } from '../protocol/engine-api.ts';
import type { Printer } from './text.ts';

const daemonFailure = 125;

/** The exit code of a container that is being waited for. */
export async function exitStatus(err: Printer, waiting: Waiting): Promise<number> {
  try {
    const { StatusCode, Error: failure } = await waiting.result;
    if (!failure) return StatusCode;
    await err.println(`Error waiting for container: ${failure.Message}`);
  } catch (error) {
    await err.println(
      `error waiting for container: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return daemonFailure;
}
