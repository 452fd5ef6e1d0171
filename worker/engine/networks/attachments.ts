import type { CreateConfig } from '../../protocol/engine-api.ts';
import type { Attachment } from './sandbox.ts';

/** The networks that a new container is to be on, by name: those of the request, or the one of its mode. */
export function attachments(
  mode: string,
  request: Pick<CreateConfig, 'NetworkingConfig' | 'NetworkDisabled'>,
): Record<string, Attachment> {
  if (request.NetworkDisabled || mode.startsWith('container:')) return {};
  const { default: main, ...others } = request.NetworkingConfig?.EndpointsConfig ?? {};
  const asked = { ...(main !== undefined && { [mode]: main }), ...others };
  const all = Object.keys(asked).length > 0 ? asked : { [mode]: {} };
  return Object.fromEntries(
    Object.entries(all).map(([name, settings]) => [name, { asked: settings ?? {}, networkId: '' }]),
  );
}
