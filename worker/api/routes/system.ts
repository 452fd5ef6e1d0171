import { json, type Reply } from '../http/reply.ts';
import { type Call, routes } from '../route.ts';

export const systemRoutes = routes('served', {
  'OPTIONS /{anyroute:.*}': async () => ({ status: 200, headers: [] }),
  'GET /_ping': ping,
  'HEAD /_ping': ping,
  'GET /version': async ({ engine }) => json(200, await engine.version()),
  'GET /info': async ({ engine }) => json(200, await engine.info()),
});

async function ping({ engine, request }: Call): Promise<Reply> {
  const { BuilderVersion } = await engine.ping();
  return {
    status: 200,
    headers: [
      ['Builder-Version', BuilderVersion],
      ['Cache-Control', 'no-cache, no-store, must-revalidate'],
      ['Pragma', 'no-cache'],
      ['Swarm', 'inactive'],
      ['Content-Type', 'text/plain; charset=utf-8'],
      ...(request.method === 'HEAD' ? [['Content-Length', '0'] as const] : []),
    ],
    body: new TextEncoder().encode('OK'),
  };
}
