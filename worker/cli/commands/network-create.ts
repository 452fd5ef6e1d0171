import { command, exactly } from '../command-spec.ts';
import { bool, list, map, pair, string } from '../flags/kinds.ts';
import { strings } from '../flags/strings.ts';
import { validLabel } from '../flags/validate.ts';
import { ipamConfig } from '../ipam.ts';

export const networkCreate = command({
  usage: '[OPTIONS] NETWORK',
  short: 'Create a network',
  args: exactly(1),
  flags: {
    attachable: bool('Enable manual container attachment'),
    'aux-address': map('Auxiliary IPv4 or IPv6 addresses used by Network driver'),
    'config-from': string('The network from which to copy the configuration'),
    'config-only': bool('Create a configuration only network'),
    driver: string('Driver to manage the Network', { short: 'd', initial: 'bridge' }),
    gateway: strings('IPv4 or IPv6 Gateway for the master subnet'),
    ingress: bool('Create swarm routing-mesh network'),
    internal: bool('Restrict external access to the network'),
    'ip-range': strings('Allocate container ip from a sub-range'),
    'ipam-driver': string('IP Address Management Driver', { initial: 'default' }),
    'ipam-opt': map('Set IPAM driver specific options'),
    ipv4: bool('Enable or disable IPv4 address assignment', { initial: true }),
    ipv6: bool('Enable or disable IPv6 address assignment'),
    label: list('Set metadata on a network', { validate: validLabel }),
    opt: map('Set driver specific options', { short: 'o' }),
    scope: string("Control the network's scope"),
    subnet: strings('Subnet in CIDR format that represents a network segment'),
  },
  async run({ engine, values, mentioned, args: [Name = ''], out }) {
    const IPAM = ipamConfig({
      driver: values['ipam-driver'],
      subnets: values.subnet,
      ranges: values['ip-range'],
      gateways: values.gateway,
      auxiliary: values['aux-address'],
      options: values['ipam-opt'],
    });
    const { Id } = await engine.networkCreate({
      Name,
      Driver: values.driver,
      Scope: values.scope,
      IPAM,
      Internal: values.internal,
      Attachable: values.attachable,
      Ingress: values.ingress,
      ConfigOnly: values['config-only'],
      ...(values['config-from'] === '' ? {} : { ConfigFrom: { Network: values['config-from'] } }),
      Options: { ...values.opt },
      Labels: Object.assign({}, ...values.label.map(pair)) as Record<string, string>,
      ...(mentioned.has('ipv4') ? { EnableIPv4: values.ipv4 } : {}),
      ...(mentioned.has('ipv6') ? { EnableIPv6: values.ipv6 } : {}),
    });
    await out.println(Id);
  },
});
