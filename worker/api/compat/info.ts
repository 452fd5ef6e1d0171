import type { Info } from '../../protocol/engine-api.ts';
import type { ApiVersion } from '../versions.ts';

type Fields = Record<string, unknown>;

/** https://github.com/moby/moby/blob/v28.5.2/api/server/router/system/system_routes.go#L70 */
export function shapeInfo(info: Info, version: ApiVersion): object {
  const out: Fields = { ...info };
  if (version.since('1.42')) delete out['KernelMemory'];
  for (const [before, change] of changes) if (version.before(before)) change(out);
  return out;
}

const changes: readonly (readonly [before: string, change: (info: Fields) => void])[] = [
  ['1.25', (info) => void (info['SecurityOptions'] = (info['SecurityOptions'] as string[]).map(nameOnly))],
  ['1.46', (info) => void delete info['Containerd']],
  [
    '1.47',
    (info) =>
      void (info['RegistryConfig'] = { ...nothingDistributed, ...(info['RegistryConfig'] as object) }),
  ],
  ['1.49', before149],
  ['1.50', (info) => void Object.assign(info, { BridgeNfIptables: false, BridgeNfIp6tables: false })],
];

const nothingDistributed = {
  AllowNondistributableArtifactsCIDRs: null,
  AllowNondistributableArtifactsHostnames: null,
};

function before149(info: Fields): void {
  delete info['FirewallBackend'];
  for (const name of ['ContainerdCommit', 'RuncCommit', 'InitCommit']) {
    const commit = info[name] as { ID: string } | undefined;
    if (commit) info[name] = { ...commit, Expected: commit.ID };
  }
}

/** `name=seccomp,profile=builtin` was `seccomp`. */
function nameOnly(option: string): string {
  return /(?:^|,)name=([^,]*)/.exec(option)?.[1] ?? option;
}
