import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import type { EngineContext } from '../context.ts';
import { checkOf } from './check.ts';
import { startingHealth } from './health.ts';
import type { RunProbe } from './monitor.ts';
import { HealthMonitor } from './monitor.ts';

const begins = new Set(['start', 'unpause']);
const ends = new Set(['die', 'pause', 'destroy']);

/** Watches over the health of the containers that have a check, from their start to their end and not while they are paused. */
export function watchHealth(
  context: Pick<EngineContext, 'clock' | 'containers' | 'events'>,
  probe: RunProbe,
): void {
  const { clock, containers, events } = context;
  const monitors = new Map<Container, HealthMonitor>();
  const end = (container: Container) => {
    monitors.get(container)?.stop();
    monitors.delete(container);
  };
  const begin = (container: Container, isStart: boolean) => {
    const check = checkOf(container.config);
    if (check === undefined) return;
    end(container);
    if (isStart) container.state.health = startingHealth(container.state.health);
    const changed = () =>
      containerEvent(events, container, `health_status: ${container.state.health?.Status}`);
    monitors.set(container, new HealthMonitor({ clock, probe, changed }, container, check));
  };
  events.subscribe(({ Type, Action, Actor }) => {
    if (Type !== 'container' || !(begins.has(Action) || ends.has(Action))) return;
    const container = containers.find(Actor.ID);
    if (container === undefined) return;
    if (begins.has(Action)) begin(container, Action === 'start');
    else end(container);
  });
}
