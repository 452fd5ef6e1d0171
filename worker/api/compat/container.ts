import type { ContainerInspect, ContainerSummary } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';
import { isUserDefined } from './endpoint.ts';

/** An entry of the list, as a version gives it. */
export function shapeSummary(summary: ContainerSummary, version: ApiVersion): ContainerSummary {
  if (version.since('1.46')) return summary;
  const { Annotations: _later, ...HostConfig } = summary.HostConfig;
  return { ...summary, HostConfig };
}

/** Before 1.45 a container's short ID and hostname were among its aliases on networks that somebody has made. */
export function shapeInspect(container: ContainerInspect, version: ApiVersion): ContainerInspect {
  if (version.since('1.45')) return container;
  const { Id, Config, NetworkSettings } = container;
  const Networks = { ...NetworkSettings.Networks };
  for (const [name, endpoint] of Object.entries(Networks).filter(([name]) => isUserDefined(name))) {
    const aliases = [...(endpoint.Aliases ?? []), Id.slice(0, 12), Config.Hostname ?? ''];
    Networks[name] = { ...endpoint, Aliases: [...new Set(aliases)] };
  }
  return { ...container, NetworkSettings: { ...NetworkSettings, Networks } };
}
