import type { EngineApi, WaitCondition, Waiting } from '../protocol/engine-api.ts';
import type { Printer } from './text.ts';

const daemonFailure = 125;

/** Begins to wait for a container; what becomes of it may be looked at late, or never. */
export async function beginWait(engine: EngineApi, id: string, condition: WaitCondition): Promise<Waiting> {
  const waiting = await engine.containerWait(id, condition);
  waiting.result.catch(() => undefined);
  return waiting;
}

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
