import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packCpio } from './cpio.ts';
import { needTools, versionOf } from './host-tools.ts';
import { folderInputs, packageInputs, settingsInput } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { buildInterpreter, buildPrograms, nativeFlags } from './native.ts';
import { packagePin } from './packages.ts';
import { artefactsDir, kernelImageDir, repositoryPath } from './paths.ts';
import { character, directory, file, link, withParents } from './root-entries.ts';
import { output } from './shell.ts';
import type { Stage } from './stage.ts';
import { unpackedPackage } from './unpack.ts';
import { zstd19 } from './zstd.ts';

/** The compiled half of the initramfs: what needs Debian's packages and a compiler. */
export const programsPath = join(artefactsDir, 'programs.cpio.zst');

/** Empty directories and the devices that the kernel opens before devtmpfs is mounted. */
const skeleton = [
  ...['dev', 'etc', 'mnt', 'proc', 'root', 'run', 'sys', 'var/lib', 'var/log'].map((path) => directory(path)),
  directory('tmp', 0o1777),
  character('dev/console', 0o600, 5, 1),
  character('dev/null', 0o666, 1, 3),
];

/** The agent's interpreter, our small C programs, and busybox with a link for every applet. */
export const programsStage: Stage = { name: 'programs', inputs, build };

async function inputs(): Promise<Inputs> {
  return {
    ...packageInputs('busybox-static', 'quickjs'),
    ...folderInputs(join(kernelImageDir, 'native'), '.c', '.h', '.S'),
    ...settingsInput({ nativeFlags, skeleton }),
  };
}

async function build(): ReturnType<Stage['build']> {
  await needTools('gcc', 'patch', 'xz', '/usr/lib32/libc.a');
  const busybox = join(await unpackedPackage('busybox-static'), 'bin/busybox');
  const ours = [['agent', await buildInterpreter()] as const, ...(await buildPrograms())];
  const entries = [
    ...skeleton,
    ...ours.map(([name, bytes]) => file(`bin/${name}`, 0o755, bytes)),
    file('bin/busybox', 0o755, readFileSync(busybox)),
    ...(await appletPaths(busybox)).map((path) => link(path, '/bin/busybox')),
  ];
  const archive = await zstd19(packCpio(withParents(entries)));
  return { outputs: new Map([[repositoryPath(programsPath), archive]]), builtWith: await builtWith() };
}

/** Where busybox wants its applets, without the programs that are ours. */
async function appletPaths(busybox: string): Promise<string[]> {
  const ours = new Set(['bin/busybox', 'bin/docker', 'bin/agent']);
  const paths = (await output([busybox, '--list-full'])).trim().split('\n');
  return paths.filter((path) => !ours.has(path));
}

async function builtWith(): Promise<string[]> {
  const packages = ['busybox-static', 'quickjs'].map((name) => `${name} ${packagePin(name).version}`);
  return [...packages, await versionOf('gcc')];
}
