import { StatusError } from './errors.ts';
import { unavailable } from './flags/flag.ts';
import { bool, list, string } from './flags/kinds.ts';

const elsewhere = 'another daemon or another configuration is';
const home = '/root/.docker';
const levels = new Set(['debug', 'info', 'warn', 'error', 'fatal', 'panic', 'trace']);

/** Flags before the command's name. There is one daemon and no transport to secure. */
export const globalFlags = {
  config: unavailable(
    elsewhere,
    string('Location of client config files', { defaultText: JSON.stringify(home) }),
  ),
  context: unavailable(
    elsewhere,
    string(
      'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context ' +
        'set with "docker context use")',
      { short: 'c' },
    ),
  ),
  debug: bool('Enable debug mode', { short: 'D' }),
  host: unavailable(elsewhere, list('Daemon socket to connect to', { short: 'H' })),
  'log-level': string('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
    short: 'l',
    initial: 'info',
  }),
  tls: unavailable(elsewhere, bool('Use TLS; implied by --tlsverify')),
  tlscacert: tlsFile('Trust certs signed only by this CA', 'ca'),
  tlscert: tlsFile('Path to TLS certificate file', 'cert'),
  tlskey: tlsFile('Path to TLS key file', 'key'),
  tlsverify: unavailable(elsewhere, bool('Use TLS and verify the remote')),
  version: bool('Print version information and quit', { short: 'v' }),
};

function tlsFile(usage: string, name: string) {
  return unavailable(elsewhere, string(usage, { defaultText: JSON.stringify(`${home}/${name}.pem`) }));
}

/** Nothing is logged, at any level. @throws StatusError */
export function checkLevel(text: string): void {
  if (!levels.has(text.toLowerCase())) throw new StatusError(1, `Unable to parse logging level: ${text}`);
}
