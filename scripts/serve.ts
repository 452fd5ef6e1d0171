/** `npm start`'s server: dist/web on the loopback interface, and a relay for registries. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ConfiguredRegistry } from './relay/allow-list.ts';
import { AllowList } from './relay/allow-list.ts';
import { relay } from './relay/relay.ts';
import { createStaticServer, listen } from './static-server.ts';

const root = resolve(import.meta.dirname, '../dist/web');

const { values } = parseArgs({
  options: {
    port: { type: 'string', short: 'p' },
    registry: { type: 'string', multiple: true, default: [] },
    'allow-origin': { type: 'string', multiple: true, default: [] },
  },
});

/** `--registry` takes `host[:port]`, or an address with the scheme. */
function configured(text: string): ConfiguredRegistry {
  const address = text.includes('://') ? text : `https://${text}`;
  const { protocol, host, pathname } = URL.canParse(address) ? new URL(address) : new URL('none:');
  if (!/^https?:$/.test(protocol) || pathname !== '/')
    fail(`"${text}" is not a registry: give a host, or an address like http://192.168.0.5:5000.`);
  return { host, scheme: protocol === 'http:' ? 'http' : 'https' };
}

/** `--allow-origin` names a page on another server that may use the relay. */
function originOf(text: string): string {
  const { protocol, origin } = URL.canParse(text) ? new URL(text) : new URL('none:');
  if (!/^https?:$/.test(protocol))
    fail(`"${text}" is not an origin: give one like https://course.example.org.`);
  return origin;
}

function chosenPort(): number {
  const text = values.port ?? process.env['PORT'] ?? '5173';
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65535)
    fail(`"${text}" is not a port: give a number from 0 to 65535.`);
  return port;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function explain(error: NodeJS.ErrnoException, port: number): string {
  const choose = 'Choose another one: "npm start -- --port 8080" or "PORT=8080 npm start".';
  if (error.code === 'EADDRINUSE') return `Port ${port} is taken. ${choose}`;
  if (error.code === 'EACCES') return `Port ${port} is not for this user. ${choose}`;
  return `Cannot listen:${port}: ${error.message}`;
}

async function serve(): Promise<void> {
  if (!existsSync(resolve(root, 'index.html'))) fail(`${root} holds no page: run "npm run build" first.`);
  const chosen = chosenPort();
  const relaying = {
    registries: new AllowList(values.registry.map(configured)),
    origins: values['allow-origin'].map(originOf),
  };
  const port = await listen(
    createStaticServer(root, (request, response) => relay(relaying, request, response)),
    chosen,
  ).catch((error) => fail(explain(error, chosen)));
  process.stdout.write(`Bottleship is at http://127.0.0.1:${port}/\n`);
}

await serve().catch((error: Error) => fail(error.message));
