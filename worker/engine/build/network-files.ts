import type { CommandMount } from '../../build/solve/backend.ts';
import { encodeText } from '../../oci/text.ts';
import type { FullConfig } from '../containers/config.ts';
import type { FullHostConfig } from '../containers/hostconfig.ts';
import { extraHost } from '../spec/files.ts';
import { resolvConf, type Resolver } from '../spec/resolvconf.ts';

/** What a build's command has of its network, where it cannot write: https://github.com/moby/buildkit/blob/v0.25.0/executor/oci/hosts.go */
export function networkFiles(
  { config, hostConfig }: { readonly config: FullConfig; readonly hostConfig: FullHostConfig },
  resolver: Resolver,
): CommandMount[] {
  const hosts = [
    `127.0.0.1\tlocalhost ${config.Hostname}`,
    '::1\tlocalhost ip6-localhost ip6-loopback',
    ...(hostConfig.ExtraHosts ?? []).map((text) => extraHost(text, resolver)),
  ];
  const names = resolvConf(hostConfig, resolver).filter((line) => line !== '' && !line.startsWith('#'));
  return [file('/etc/hosts', hosts), file('/etc/resolv.conf', names)];
}

function file(target: string, lines: readonly string[]): CommandMount {
  const bytes = encodeText(lines.map((line) => `${line}\n`).join(''));
  return { target, readonly: true, source: { kind: 'file', bytes, mode: 0o644, uid: 0, gid: 0 } };
}
