import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256, sha256 } from './digest.ts';
import { packagePin } from './packages.ts';
import { repositoryPath } from './paths.ts';

/** sha256 of each input of a stage, by the name the manifest gives it. */
export type Inputs = Record<string, string>;

/** Every file in a folder and below whose name ends with one of the endings. */
export function folderInputs(folder: string, ...endings: string[]): Inputs {
  return fileInputs(...filesBelow(folder).filter((file) => endings.some((ending) => file.endsWith(ending))));
}

export function fileInputs(...files: string[]): Inputs {
  return Object.fromEntries(files.map((file) => [repositoryPath(file), fileSha256(file)]));
}

/** Pinned packages of Debian, with the digest of the package (of a source package: of its .dsc). */
export function packageInputs(...names: string[]): Inputs {
  return Object.fromEntries(
    names.map((name) => {
      const pin = packagePin(name);
      return [`package ${name} ${pin.version}`, pin.sha256];
    }),
  );
}

/** What a stage holds in code: flags, options, tables. */
export function settingsInput(settings: unknown): Inputs {
  return { settings: sha256(JSON.stringify(settings)) };
}

/** Every file in a folder and below, in one order on every machine. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
