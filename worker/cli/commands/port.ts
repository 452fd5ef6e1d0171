import type { ContainerInspect, PortBinding } from '../../protocol/engine-api.ts';
import { command } from '../command-spec.ts';
import { StatusError } from '../errors.ts';
import { cut } from '../flags/kinds.ts';
import { numberError } from '../flags/numbers.ts';
import { naturalOrder } from '../format/natural.ts';

export const port = command({
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  short: 'List port mappings or a specific mapping for the container',
  args: { min: 1, max: 2 },
  spellings: 'docker container port, docker port',
  flags: {},
  async run({ engine, args: [name = '', wanted = ''], out }) {
    const container = await engine.containerInspect(name);
    const lines = wanted === '' ? allPorts(container) : onePort(container, name, wanted);
    await out.print(
      lines
        .sort(naturalOrder)
        .map((line) => `${line}\n`)
        .join(''),
    );
  },
});

function allPorts({ NetworkSettings }: ContainerInspect): string[] {
  return Object.entries(NetworkSettings.Ports ?? {}).flatMap(([from, bindings]) =>
    (bindings ?? []).map((binding) => `${from} -> ${address(binding)}`),
  );
}

function onePort({ NetworkSettings }: ContainerInspect, name: string, wanted: string): string[] {
  const [number, protocol] = cut(wanted, '/');
  checkPort(number);
  const bindings = NetworkSettings.Ports?.[`${number}/${protocol ?? 'tcp'}`] ?? [];
  if (bindings.length === 0)
    throw new StatusError(1, `Error: No public port '${wanted}' published for ${name}`);
  return bindings.map(address);
}

function checkPort(text: string): void {
  const why = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 0xffff ? 'value out of range' : '';
  if (why === '') return;
  throw new StatusError(1, `Error: invalid port (${text}): ${numberError('ParseUint', text, why).message}`);
}

function address({ HostIp, HostPort }: PortBinding): string {
  return `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:${HostPort}`;
}
