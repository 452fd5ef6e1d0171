import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadPackage, openPackageList, versionsOf } from './apt.ts';
import type { PackageList } from './apt.ts';
import { fileSha256 } from './digest.ts';
import { cacheDir, kernelImageDir } from './paths.ts';
import { say } from './progress.ts';

/** A package of Debian that is built from, pinned to one version. */
export interface PackagePin {
  /** Where it is looked for, best first. */
  suites: string[];
  /** `source` for a source package. */
  architecture: string;
  version: string;
  /** Digest of the .deb, or of the .dsc, which names the digests of the rest. */
  sha256: string;
}

const pinsPath = join(kernelImageDir, 'packages.json');

export function packagePin(name: string): PackagePin {
  const pin = readPins()[name];
  if (pin === undefined) throw new Error(`packages.json does not name ${name}`);
  return pin;
}

/** The file of a pinned package, downloaded if need be and checked against its digest. */
export async function fetchPackage(name: string): Promise<string> {
  const pin = packagePin(name);
  const cached = cachedFile(name, pin.version);
  if (cached !== undefined && fileSha256(cached) === pin.sha256) return cached;
  return verified(name, pin, await downloadFrom(await listWith(name, pin), name, pin.version));
}

/** Pins every package to the newest version that the first of its suites has. */
export async function updatePins(): Promise<void> {
  const pins = readPins();
  for (const [name, pin] of Object.entries(pins)) {
    const { list, version } = await newest(name, pin);
    const sha256 = fileSha256(await downloadFrom(list, name, version));
    if (sha256 !== pin.sha256) say(`${name}: ${pin.version} -> ${version} (${list.suite})`);
    pins[name] = { suites: pin.suites, architecture: pin.architecture, version, sha256 };
  }
  writeFileSync(pinsPath, `${JSON.stringify(pins, undefined, 2)}\n`);
}

function readPins(): Record<string, PackagePin> {
  return JSON.parse(readFileSync(pinsPath, 'utf8')) as Record<string, PackagePin>;
}

async function newest(name: string, pin: PackagePin): Promise<{ list: PackageList; version: string }> {
  for await (const list of usableLists(name, pin)) {
    const [version] = await versionsOf(list, name).catch((): string[] => []);
    if (version !== undefined) return { list, version };
    say(`  ${list.suite} has no ${name} for ${pin.architecture}`);
  }
  throw new Error(`no suite has ${name} for ${pin.architecture}`);
}

async function listWith(name: string, pin: PackagePin): Promise<PackageList> {
  const seen: string[] = [];
  for await (const list of usableLists(name, pin)) {
    const versions = await versionsOf(list, name).catch((): string[] => []);
    if (versions.includes(pin.version)) return list;
    seen.push(`${list.suite} has ${versions.join(', ') || 'none'}`);
  }
  throw new Error(
    `${name} ${pin.version} is not to be had any more (${seen.join('; ') || 'no list could be fetched'}): ` +
      'node --import tsx kernel-image/build.ts --update-packages pins what there is now',
  );
}

async function* usableLists(name: string, pin: PackagePin): AsyncGenerator<PackageList> {
  for (const suite of pin.suites) {
    try {
      yield await openPackageList(suite, pin.architecture);
    } catch {
      say(
        `  ${suite}'s list of ${pin.architecture} packages cannot be used, so ${name} is not taken from there`,
      );
    }
  }
}

async function downloadFrom(list: PackageList, name: string, version: string): Promise<string> {
  say(`  downloading ${name} ${version} from ${list.suite}`);
  await downloadPackage(list, name, version, packageDir(name, version));
  const file = cachedFile(name, version);
  if (file === undefined) throw new Error(`${name} ${version}: apt-get left no package`);
  return file;
}

function verified(name: string, pin: PackagePin, file: string): string {
  const digest = fileSha256(file);
  if (digest === pin.sha256) return file;
  throw new Error(`${name} ${pin.version}: sha256 is ${digest}, packages.json says ${pin.sha256}`);
}

function cachedFile(name: string, version: string): string | undefined {
  const dir = packageDir(name, version);
  if (!existsSync(dir)) return undefined;
  const file = readdirSync(dir).find((file) => file.endsWith('.deb') || file.endsWith('.dsc'));
  return file === undefined ? undefined : join(dir, file);
}

function packageDir(name: string, version: string): string {
  return join(cacheDir, 'packages', `${name}_${version.replace(':', '%3a')}`);
}
