import { expose, type Remote, transfer, wrap } from 'comlink';
import { ApiError, type EngineApi } from '../protocol/engine-api.ts';
import { pack, unpack } from './values.ts';

/** How an operation ended: comlink alone would carry no status of an error. */
type Outcome =
  | { readonly result: unknown }
  | { readonly error: { readonly status: number; readonly message: string } };

interface EngineHost {
  call(method: keyof EngineApi, args: unknown[]): Promise<Outcome>;
}

/** Serves the Engine API on a port, for as long as the port lives. */
export function serveEngine(engine: EngineApi, port: MessagePort): void {
  const host: EngineHost = {
    async call(method, args) {
      try {
        const operation = engine[method].bind(engine) as (...args: unknown[]) => Promise<unknown>;
        const { value, ports } = pack(await operation(...args.map(unpack)));
        return transfer({ result: value }, ports);
      } catch (error) {
        return {
          error: { status: statusOf(error), message: error instanceof Error ? error.message : String(error) },
        };
      }
    },
  };
  expose(host, port);
}

/**
 * The Engine API of the other end of a port. Streams are asked for item by item; errors are `ApiError`s with their
 * status.
 */
export function remoteEngine(port: MessagePort): EngineApi {
  const host = wrap<EngineHost>(port);
  return new Proxy({} as EngineApi, {
    // A promise of it must not take it for a promise.
    get: (_target, method) => (method === 'then' ? undefined : callOf(host, method as keyof EngineApi)),
  });
}

function callOf(host: Remote<EngineHost>, method: keyof EngineApi): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    const { value, ports } = pack(args);
    const outcome = await host.call(method, transfer(value as unknown[], ports));
    if ('error' in outcome) throw new ApiError(outcome.error.status, outcome.error.message);
    return unpack(outcome.result);
  };
}

function statusOf(error: unknown): number {
  return error instanceof ApiError ? error.status : 500;
}
