import { StatusError } from './errors.ts';
import { bool, string, value } from './flags/kinds.ts';

const levels = new Set(['debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic', 'trace']);

/** Flags before the command's name. The help tells where the client's files would be. */
export function globalFlags(directory: string) {
  const file = (usage: string, name: string) =>
    string(usage, { defaultText: JSON.stringify(`${directory}/${name}.pem`) });
  return {
    config: string('Location of client config files', { defaultText: JSON.stringify(directory) }),
    context: string(
      'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context ' +
        'set with "docker context use")',
      { short: 'c' },
    ),
    debug: bool('Enable debug mode', { short: 'D' }),
    host: value('string', '', readHost, 'Daemon socket to connect to', { short: 'H' }),
    'log-level': string('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
      short: 'l',
      initial: 'info',
    }),
    tls: bool('Use TLS; implied by --tlsverify'),
    tlscacert: file('Trust certs signed only by this CA', 'ca'),
    tlscert: file('Path to TLS certificate file', 'cert'),
    tlskey: file('Path to TLS key file', 'key'),
    tlsverify: bool('Use TLS and verify the remote'),
    version: bool('Print version information and quit', { short: 'v' }),
  };
}

function readHost(text: string, previous: string): string {
  if (previous !== '') throw new Error('specify only one -H');
  return text;
}

/** Nothing is logged, at any level. @throws StatusError */
export function checkLevel(text: string): void {
  if (!levels.has(text.toLowerCase())) throw new StatusError(1, `Unable to parse logging level: ${text}`);
}
