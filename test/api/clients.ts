import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../.cache/clients');

/** A program of Debian's that the tests run: one that speaks to an engine, or deals with images and registries. */
export interface Client {
  readonly suite: string;
  /** The machine's own, when not told. */
  readonly architecture?: string;
  readonly packages: readonly string[];
  /** Below the folder that the packages are unpacked into. */
  readonly program: string;
}

/** By what the tests call them. */
export const clients = {
  'docker 20.10': { suite: 'bookworm', packages: ['docker.io'], program: 'usr/bin/docker' },
  'docker 28': { suite: 'sid', packages: ['docker-cli'], program: 'usr/bin/docker' },
  'docker-compose': {
    suite: 'sid',
    packages: ['docker-compose'],
    program: 'usr/libexec/docker/cli-plugins/docker-compose',
  },
  'docker-buildx': {
    suite: 'sid',
    packages: ['docker-buildx'],
    program: 'usr/libexec/docker/cli-plugins/docker-buildx',
  },
  /** For the guest, with what it is linked against. */
  'docker 20.10 for i386': {
    suite: 'bookworm',
    architecture: 'i386',
    packages: ['docker.io', 'libc6'],
    program: 'usr/bin/docker',
  },
  'docker-registry': { suite: 'bookworm', packages: ['docker-registry'], program: 'usr/bin/docker-registry' },
  /** With the libraries that a bare machine lacks. */
  skopeo: {
    suite: 'bookworm',
    packages: ['skopeo', 'libgpgme11', 'libassuan0', 'libgpg-error0', 'libdevmapper1.02.1'],
    program: 'usr/bin/skopeo',
  },
  umoci: { suite: 'bookworm', packages: ['umoci'], program: 'usr/bin/umoci' },
  runc: { suite: 'bookworm', packages: ['runc', 'libseccomp2'], program: 'usr/sbin/runc' },
  crane: { suite: 'sid', packages: ['crane'], program: 'usr/bin/crane' },
} as const satisfies Record<string, Client>;

export type ClientName = keyof typeof clients;

/** Where a client's packages are unpacked. */
export function clientFolder(name: ClientName): string {
  return join(folder, name.replaceAll(' ', '-'));
}

export function clientProgram(name: ClientName): string {
  return join(clientFolder(name), clients[name].program);
}

/** `node scripts/setup.mjs test` gets the clients; where a package cannot be had, its tests are skipped. */
export function isThere(name: ClientName): boolean {
  return existsSync(clientProgram(name));
}
