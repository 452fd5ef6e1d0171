/**
 * Records what a real Docker Engine makes of the cases, beside them. For development, as root, with an engine that
 * may lose all its images:
 *   node --import tsx test/build/record.ts DIR [CASE...]
 * DIR holds docker.sock, dockerd.pid and bin/docker of Docker Engine 28.5.2 with buildx.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { savedBusybox } from './base-image.ts';
import { type Build, type Builder, caseNames, readCase, recordedPath } from './case.ts';
import { buildClassic, type Surroundings } from './classic.ts';
import { commandFlags } from './command-flags.ts';
import { compactJson } from './compact-json.ts';
import { contextTar } from './context.ts';
import { EngineClient } from './engine-client.ts';
import { BaseImages } from './image.ts';
import { plainError, plainExcerpt, plainSteps, plainWarnings } from './plain-progress.ts';
import { anonymous, type BuildResult } from './result.ts';

const [directory = '', ...wanted] = process.argv.slice(2);
const platform = 'linux/386';
const serverPort = 39_217;

const engine = new EngineClient(join(directory, 'docker.sock'));
await engine.get('POST', '/v1.51/images/load?quiet=1', await savedBusybox());
const kept = new Set([(await engine.inspect('busybox')).Id]);
const bases = new BaseImages();
await bases.add(await engine.save('busybox'));
const server = await startServer();
const surroundings: Surroundings = {
  engine,
  bases,
  server: `http://127.0.0.1:${serverPort}`,
};
try {
  for (const name of wanted.length > 0 ? wanted : caseNames()) await record(name);
} finally {
  server.kill();
}

async function record(name: string): Promise<void> {
  const { builders, builds } = readCase(name);
  const recorded: Partial<Record<Builder, BuildResult[]>> = {};
  for (const builder of builders) {
    await engine.clean(kept);
    const results: BuildResult[] = [];
    for (const build of builds)
      results.push(await (builder === 'buildkit' ? buildKit(build) : buildClassic(surroundings, build)));
    recorded[builder] = results;
    console.log(name, builder, results.map(({ error, image }) => error ?? image?.layers.length).join(' | '));
  }
  // What is built on nothing is for the machine that it is built on.
  const text = compactJson(recorded).replaceAll('"architecture": "amd64"', '"architecture": "386"');
  writeFileSync(recordedPath(name), `${text}\n`);
}

/** Within the engine's network namespace. */
async function startServer() {
  const pid = readFileSync(join(directory, 'dockerd.pid'), 'utf8').trim();
  const script = join(import.meta.dirname, 'file-server.ts');
  const command = ['-t', pid, '-n', process.execPath, '--import', 'tsx', script, String(serverPort)];
  const child = spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

/** BuildKit is spoken to by its own client. */
async function buildKit({ query, files }: Build): Promise<BuildResult> {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  try {
    const context = join(folder, 'context');
    mkdirSync(context);
    const tar = { input: await contextTar(files) };
    spawnSync(
      'tar',
      ['-x', '--delay-directory-restore', '--xattrs', '--xattrs-include=*', '-C', context],
      tar,
    );
    const id = join(folder, 'id');
    const flags = commandFlags(query, surroundings.server);
    const { status, stderr } = spawnSync(
      join(directory, 'bin/docker'),
      ['buildx', 'build', '--progress=plain', `--platform=${platform}`, `--iidfile=${id}`, ...flags, '.'],
      {
        cwd: context,
        encoding: 'utf8',
        env: {
          DOCKER_HOST: `unix://${join(directory, 'docker.sock')}`,
          DOCKER_CONFIG: directory,
          HOME: folder,
        },
      },
    );
    const said = stderr.replaceAll(surroundings.server, '@server');
    if (status !== 0)
      return {
        output: [...plainSteps(said), ...plainExcerpt(said)],
        ...plainWarnings(said),
        error: plainError(said) ?? anonymous(said),
        code: status ?? -1,
      };
    return {
      output: plainSteps(said),
      ...plainWarnings(said),
      image: await bases.describe(engine, readFileSync(id, 'utf8')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
