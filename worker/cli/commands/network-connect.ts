import { command, exactly } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { bool, cut, integer, list, string } from '../flags/kinds.ts';
import { strings } from '../flags/strings.ts';

export const networkConnect = command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  args: exactly(2),
  flags: {
    alias: strings('Add network-scoped alias for the container'),
    'driver-opt': strings('driver options for the network'),
    'gw-priority': integer(
      'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
    ),
    ip: string('IPv4 address (e.g., "172.30.100.104")'),
    ip6: string('IPv6 address (e.g., "2001:db8::33")'),
    link: list('Add link to another container'),
    'link-local-ip': strings('Add a link-local address for the container'),
  },
  async run({ engine, values, args: [network = '', Container = ''] }) {
    await engine.networkConnect(network, {
      Container,
      EndpointConfig: {
        IPAMConfig: {
          ...(values.ip === '' ? {} : { IPv4Address: values.ip }),
          ...(values.ip6 === '' ? {} : { IPv6Address: values.ip6 }),
          ...(values['link-local-ip'].length > 0 ? { LinkLocalIPs: [...values['link-local-ip']] } : {}),
        },
        ...(values.link.length > 0 ? { Links: [...values.link] } : {}),
        ...(values.alias.length > 0 ? { Aliases: [...values.alias] } : {}),
        DriverOpts: driverOptions(values['driver-opt']),
        GwPriority: values['gw-priority'],
      },
    });
  },
});

function driverOptions(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const [name, value] = cut(text, '=');
    if (value === undefined || name.trim() === '')
      throw new StatusError(1, 'invalid key/value pair format in driver options');
    return [name.trim(), value.trim()] as const;
  });
  return Object.fromEntries(pairs);
}

export const networkDisconnect = command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  args: exactly(2),
  flags: { force: bool('Force the container to disconnect from a network', { short: 'f' }) },
  run: ({ engine, values, args: [network = '', Container = ''] }) =>
    engine.networkDisconnect(network, { Container, Force: values.force }),
});
