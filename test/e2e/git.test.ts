/** A git repository as build context, in the page, where only a relay can read it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AllowList } from '../../scripts/relay/allow-list.ts';
import { relay } from '../../scripts/relay/relay.ts';
import { type GitServer, gitIsThere, serveGit } from '../build/git-server.ts';
import { type MachinePage, openMachinePage, run } from './machine-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'git-'));
let server: GitServer;
let machine: MachinePage;

beforeAll(async () => {
  if (!gitIsThere()) return;
  const work = join(folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], { cwd: work });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'one');
  git('clone', '-q', '--bare', '.', join(folder, 'repo.git'));
  server = await serveGit(folder);
  const registries = new AllowList([{ host: new URL(server.address).host, scheme: 'http' }]);
  machine = await openMachinePage((request, response) => relay({ registries }, request, response));
});

afterAll(async () => {
  await machine?.close();
  server?.close();
  rmSync(folder, { recursive: true });
});

test.skipIf(!gitIsThere())('is cloned by a library that is fetched only then', async () => {
  const page = await machine.visit();
  const library = /\/isomorphic-git-[^/]+\.js$/;
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await run(page, 'docker build -t built hello-world 2>&1 | tail -n 1', 'not found');
  expect(fetched.filter((url) => library.test(url))).toEqual([]);
  await run(page, `docker build -q -t built ${server.address}/repo.git`, /sha256:[0-9a-f]{64}/);
  expect(fetched.filter((url) => library.test(url))).toHaveLength(1);
  await run(page, 'clear; docker history --format "{{.CreatedBy}}" built', 'COPY . / # buildkit');
  expect(machine.complaints).toEqual([]);
});
