import { ownSocket } from './client-config.ts';
import type { ClientConfig } from './client-config.ts';
import { StatusError } from './errors.ts';
import type { ClientSession } from './session.ts';
import { encodeText } from './text.ts';

/** How a command is told which engine it is for. */
export interface EndpointFlags {
  readonly host: string;
  readonly context: string;
  readonly tls: boolean;
  readonly tlsverify: boolean;
}

const ownSockets = new Set([ownSocket, 'unix:///run/docker.sock']);

/** There is one engine and one context; whoever means another must not be given this one. @throws StatusError */
export async function checkEndpoint(
  { env }: ClientSession,
  flags: EndpointFlags,
  config: ClientConfig,
): Promise<void> {
  if (flags.host !== '' && flags.context !== '') {
    throw new StatusError(1, 'conflicting options: cannot specify both --host and --context');
  }
  const host = flags.host.trim() || (flags.context === '' ? (env.get('DOCKER_HOST') ?? '') : '');
  const context = flags.context || (host === '' ? env.get('DOCKER_CONTEXT') || config.currentContext : '');
  if (context !== '' && context !== 'default') await refuseContext(context, config);
  if (flags.tls || flags.tlsverify || env.get('DOCKER_TLS') || env.get('DOCKER_TLS_VERIFY')) {
    throw initialization(`open ${config.directory}/ca.pem: no such file or directory`);
  }
  const address = normalHost(host);
  if (!ownSockets.has(address)) {
    throw new StatusError(
      1,
      `Cannot connect to the Docker daemon at ${address}. Is the docker daemon running?`,
    );
  }
}

async function refuseContext(context: string, config: ClientConfig): Promise<never> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(context).slice()));
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const path = `${config.directory}/contexts/meta/${hex}/meta.json`;
  throw initialization(
    `context ${JSON.stringify(context)}: context not found: open ${path}: no such file or directory`,
  );
}

/** As Docker writes addresses: with a protocol, and the usual socket or port where none is given. */
function normalHost(host: string): string {
  if (host === '') return ownSocket;
  const [, protocol = 'tcp', rest = ''] = /^(?:([^:]*):\/\/)?(.*)$/s.exec(host) ?? [];
  if (protocol === 'unix') return rest === '' ? ownSocket : `unix://${rest}`;
  if (protocol === 'tcp') return `tcp://${rest === '' ? 'localhost:2375' : rest}`;
  if (['npipe', 'fd', 'ssh'].includes(protocol)) return host;
  throw initialization(`invalid bind address format: ${host}`);
}

function initialization(why: string): StatusError {
  return new StatusError(1, `Failed to initialize: unable to resolve docker endpoint: ${why}`);
}
