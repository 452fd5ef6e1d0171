import { resolve } from 'node:path';
import type { Server } from 'node:http';
import { build } from 'vite';
import { createStaticServer, listen } from '../../scripts/static-server.ts';

const repository = resolve(import.meta.dirname, '../..');
/** Served from one folder up, since the page has to work under a sub-path. */
const root = resolve(repository, '.cache/page');
const folder = resolve(root, 'double');

export interface ServedPage {
  address: string;
  close(): Promise<void>;
}

/** The built page with the machine's double in it, behind the server that `npm start` uses. */
export async function servePageDouble(): Promise<ServedPage> {
  const configFile = resolve(repository, 'vite.config.ts');
  await build({ configFile, mode: 'double', logLevel: 'warn', build: { outDir: folder }, publicDir: false });
  const server = createStaticServer(root);
  const port = await listen(server, 0);
  return { address: `http://127.0.0.1:${port}/double/`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}
