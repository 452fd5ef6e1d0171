import type { EngineApi } from '../../protocol/engine-api.ts';
import { Message } from '../grpc/message.ts';

/** The release whose API and frontend this engine follows. */
const release = 'v0.25.1';

export function buildkitVersion(): Message {
  return new Message().text(1, 'github.com/moby/buildkit').text(2, release);
}

/** Who builds: this engine, for its own platform. https://github.com/moby/buildkit/blob/v0.25.1/api/types/worker.proto */
export async function workerRecord(engine: EngineApi): Promise<Message> {
  const [{ ID }, { Os, Arch }, bridge] = await Promise.all([
    engine.info(),
    engine.version(),
    engine.networkInspect('bridge'),
  ]);
  const gateway = bridge.IPAM?.Config?.[0]?.Gateway ?? '';
  return new Message()
    .text(1, ID ?? '')
    .texts(2, gateway === '' ? {} : { 'org.mobyproject.buildkit.worker.moby.host-gateway-ip': gateway })
    .message(3, new Message().text(1, Arch ?? '').text(2, Os ?? ''))
    .message(5, buildkitVersion());
}
