import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from './paths.ts';
import { say } from './progress.ts';
import { output, run } from './shell.ts';

/** One package list of Debian: a suite, and an architecture or `source`. Its state lies apart from the machine's own. */
export interface PackageList {
  suite: string;
  architecture: string;
  /** Directory of this list's state. */
  dir: string;
  env: { APT_CONFIG: string };
}

const opened = new Map<string, Promise<PackageList>>();

/** Fetches a package list, once a run. Rejects when the archive does not have it or it fails its hash check. */
export async function openPackageList(suite: string, architecture: string): Promise<PackageList> {
  const key = `${suite}-${architecture}`;
  const list = opened.get(key) ?? fetchList(suite, architecture, join(cacheDir, 'apt', key));
  opened.set(key, list);
  return list;
}

/** The versions of a package in a list, newest first. */
export async function versionsOf(list: PackageList, name: string): Promise<string[]> {
  const isSource = list.architecture === 'source';
  const text = await output(['apt-cache', isSource ? 'showsrc' : 'show', name], { env: list.env });
  const stanzas = text.split('\n\n').filter((stanza) => !isSource || field(stanza, 'Package') === name);
  return stanzas.map((stanza) => field(stanza, 'Version')).filter((version) => version !== '');
}

/** Downloads one version of a package (of a source package: its .dsc and the files that names) into a directory. */
export async function downloadPackage(
  list: PackageList,
  name: string,
  version: string,
  into: string,
): Promise<void> {
  mkdirSync(into, { recursive: true });
  const how = list.architecture === 'source' ? ['source', '--download-only', '--only-source'] : ['download'];
  await run(['apt-get', '-q', ...how, `${name}=${version}`], { cwd: into, env: list.env });
}

async function fetchList(suite: string, architecture: string, dir: string): Promise<PackageList> {
  for (const part of ['lists/partial', 'cache/archives/partial', 'parts'])
    mkdirSync(join(dir, part), { recursive: true });
  writeFileSync(join(dir, 'status'), '');
  writeFileSync(join(dir, 'sources.list'), sourceLine(suite, architecture));
  writeFileSync(join(dir, 'apt.conf'), configuration(dir, architecture));
  const list = { suite, architecture, dir, env: { APT_CONFIG: join(dir, 'apt.conf') } };
  say(`  fetching the list of ${suite}'s ${architecture} packages`);
  await run(['apt-get', '-qq', 'update'], { env: list.env });
  return list;
}

function sourceLine(suite: string, architecture: string): string {
  const { uri, key } = machineArchive();
  return architecture === 'source'
    ? `deb-src [signed-by=${key}] ${uri} ${suite} main\n`
    : `deb [arch=${architecture} signed-by=${key}] ${uri} ${suite} main\n`;
}

function configuration(dir: string, architecture: string): string {
  return `Dir::Etc::sourcelist "${dir}/sources.list";
Dir::Etc::sourceparts "${dir}/parts";
Dir::State::lists "${dir}/lists";
Dir::State::status "${dir}/status";
Dir::Cache "${dir}/cache";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
${architecture === 'source' ? '' : `APT::Architecture "${architecture}";\nAPT::Architectures { "${architecture}"; };\n`}`;
}

/** The archive that this machine's own apt uses, and the key it trusts for it. */
export function machineArchive(): { uri: string; key: string } {
  const file = '/etc/apt/sources.list.d/debian.sources';
  if (!existsSync(file))
    throw new Error(`${file} is not there: building from Debian's packages needs a Debian machine`);
  const text = readFileSync(file, 'utf8');
  return { uri: field(text, 'URIs'), key: field(text, 'Signed-By') };
}

function field(stanza: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(stanza)?.[1]?.trim() ?? '';
}
