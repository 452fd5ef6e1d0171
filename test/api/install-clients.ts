/** Gets the real clients that the tests run against the engine, from Debian's packages. What is there is left alone. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downloadPackage, openPackageList, versionsOf } from '../../kernel-image/apt.ts';
import { say } from '../../kernel-image/progress.ts';
import { output, run } from '../../kernel-image/shell.ts';
import { type Client, clientFolder, type ClientName, clients, isThere } from './clients.ts';

for (const name of Object.keys(clients) as ClientName[]) {
  if (isThere(name)) continue;
  try {
    await install(name, clients[name]);
  } catch (error) {
    say(`${name} cannot be had: ${(error as Error).message}`);
    say('  The tests that need it are skipped.');
  }
}

async function install(name: ClientName, { suite, architecture, packages }: Client): Promise<void> {
  say(`${name}: from Debian ${suite}`);
  const list = await openPackageList(suite, architecture ?? (await ownArchitecture()));
  const [into, parts] = [clientFolder(name), `${clientFolder(name)}.part`];
  rmSync(parts, { recursive: true, force: true });
  for (const package_ of packages) {
    const [version] = await versionsOf(list, package_);
    if (version === undefined) throw new Error(`${suite} has no ${package_}`);
    await downloadPackage(list, package_, version, join(parts, 'packages'));
  }
  for (const file of readdirSync(join(parts, 'packages')))
    await run(['dpkg', '-x', join(parts, 'packages', file), join(parts, 'root')]);
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  renameSync(join(parts, 'root'), into);
  rmSync(parts, { recursive: true });
}

async function ownArchitecture(): Promise<string> {
  return (await output(['dpkg', '--print-architecture'])).trim();
}
