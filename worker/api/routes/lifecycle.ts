import { ApiError, type StopOptions, type WaitCondition, type Waiting } from '../../protocol/engine-api.ts';
import { empty, json, jsonLines, type Reply, stream } from '../http/reply.ts';
import { until } from '../http/server.ts';
import { integer, uint32 } from '../parameters/values.ts';
import { type Call, given, named, routes } from '../route.ts';

export const lifecycleRoutes = routes('served', {
  'POST /containers/{name:.*}/kill': (call) =>
    done(call.engine.containerKill(named(call), given('signal', call.form.get('signal') || undefined))),
  'POST /containers/{name:.*}/pause': (call) => done(call.engine.containerPause(named(call))),
  'POST /containers/{name:.*}/unpause': (call) => done(call.engine.containerUnpause(named(call))),
  'POST /containers/{name:.*}/restart': async (call) =>
    done(call.engine.containerRestart(named(call), stopOptions(call))),
  'POST /containers/{name:.*}/start': start,
  'POST /containers/{name:.*}/stop': async (call) =>
    done(call.engine.containerStop(named(call), stopOptions(call))),
  'POST /containers/{name:.*}/wait': wait,
  'POST /containers/{name:.*}/resize': resize,
});

async function done(operation: Promise<void>): Promise<Reply> {
  await operation;
  return empty(204);
}

async function start(call: Call): Promise<Reply> {
  const { length } = call.request.body;
  // No JSON object with something in it is shorter.
  if (length > 7 || length < 0)
    throw new ApiError(
      400,
      'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
    );
  if (call.form.get('checkpoint') !== '')
    throw new ApiError(400, 'checkpoint is only supported in experimental mode');
  return done(
    call.engine.containerStart(named(call), given('detachKeys', call.form.get('detachKeys') || undefined)),
  );
}

function stopOptions({ form, version }: Call): StopOptions {
  const signal = version.since('1.42') ? form.get('signal') : '';
  return { ...given('timeout', integer(form, 't')), ...given('signal', signal || undefined) };
}

async function resize(call: Call): Promise<Reply> {
  const size = { h: uint32(call.form, 'h', 'resize height'), w: uint32(call.form, 'w', 'resize width') };
  await call.engine.containerResize(named(call), size);
  return empty(200);
}

/** The answer begins at once, so that a client knows that it waits before it starts the container. */
async function wait(call: Call): Promise<Reply> {
  const isOld = call.version.before('1.30');
  const condition = isOld ? '' : call.form.get('condition');
  if (!['', 'not-running', 'next-exit', 'removed'].includes(condition))
    throw new ApiError(400, `invalid condition: ${JSON.stringify(condition)}`);
  const waiting = await call.engine.containerWait(named(call), (condition || 'not-running') as WaitCondition);
  if (!isOld) return stream('application/json', jsonLines(resultOf(waiting)));
  for await (const result of until(call.request.signal, resultOf(waiting))) return json(200, result);
  throw new Error('the wait has ended without a result');
}

/** One item. Left before, the wait is forgotten. */
function resultOf({ result, forget }: Waiting): AsyncIterable<Awaited<Waiting['result']>> {
  let isOver = false;
  const over = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (isOver) return over;
        isOver = true;
        return { done: false, value: await result };
      },
      async return() {
        forget?.();
        return over;
      },
    }),
  };
}
