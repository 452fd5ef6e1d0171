import type { EngineApi } from '../../../worker/protocol/engine-api.ts';

const pause = 60;

/** Events of containers that change what an image is used for. */
const actions = new Set(['create', 'destroy', 'rename', 'start', 'die', 'pause', 'unpause']);

const nothing: () => void = () => undefined;

/**
 * Reads now, and whenever something has happened to images or their containers; what happens while it reads is read
 * after it, at once. Resolves when the engine tells no more; rejects when reading does.
 */
export async function follow(engine: EngineApi, read: () => Promise<void>): Promise<void> {
  const events = await engine.events({ filters: { type: ['image', 'container'] } });
  let dirty = true;
  let wake = nothing;
  let isOver = false;
  const listening = (async () => {
    for await (const { Type, Action } of events) {
      if (Type === 'container' && !actions.has(Action)) continue;
      dirty = true;
      wake();
    }
    isOver = true;
    wake();
  })();
  for (;;) {
    if (dirty) {
      dirty = false;
      await read();
      // Events come in swarms.
      await new Promise((resolve) => setTimeout(resolve, pause));
    } else if (isOver) return listening;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}
