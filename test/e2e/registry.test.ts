/** The page and real registries: one that lets pages read it, and others that want a password, through the relay. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AllowList } from '../../scripts/relay/allow-list.ts';
import { relay } from '../../scripts/relay/relay.ts';
import { isThere } from '../api/clients.ts';
import { TestRegistry, user } from '../registry/docker-registry.ts';
import { copyToRegistry, layouts } from '../registry/images.ts';
import { runProgram } from '../registry/programs.ts';
import { openMachinePage, run, shows } from './machine-page.ts';
import type { MachinePage } from './machine-page.ts';

const needed = (['docker-registry', 'skopeo', 'crane'] as const).every(isThere);

describe.skipIf(!needed)('a page with the relay of npm start', () => {
  const relayed: string[] = [];
  let registries: Record<'open' | 'basic' | 'token' | 'unknown', TestRegistry>;
  let machine: MachinePage;

  beforeAll(async () => {
    const [open, basic, token, unknown] = await Promise.all([
      TestRegistry.start(),
      TestRegistry.start({ auth: 'basic' }),
      TestRegistry.start({ auth: 'token' }),
      TestRegistry.start({ auth: 'basic' }),
    ]);
    registries = { open, basic, token, unknown };
    const known = [basic, token].map(({ host }) => ({ host, scheme: 'http' as const }));
    const options = { registries: new AllowList(known) };
    machine = await openMachinePage((request, response) => {
      relayed.push(request.url ?? '');
      return relay(options, request, response);
    });
  });
  afterEach(() => machine?.leave());
  afterAll(async () => {
    await machine?.close();
    await Promise.all(Object.values(registries ?? {}).map((registry) => registry.stop()));
  });

  test('pulls from a registry that lets pages in, pushes to it, and sends nothing through the relay', async () => {
    const { open } = registries;
    await copyToRegistry(open, layouts.busybox, 'me/busybox:1');
    relayed.length = 0;
    const page = await machine.visit();
    await run(page, `docker run --rm ${open.host}/me/busybox:1 echo ru""ns`, 'runs');
    await run(page, `clear; docker tag ${open.host}/me/busybox:1 ${open.host}/you/busybox:2`, /~# *$/);
    await run(page, `docker push -q ${open.host}/you/busybox:2 && echo do""ne`, 'done');
    const { code } = await runProgram('crane', [
      'validate',
      '--insecure',
      '--remote',
      `${open.host}/you/busybox:2`,
    ]);
    expect(code).toBe(0);
    expect(relayed).toEqual([]);
    expect(machine.complaints).toEqual([]);
  });

  test('pushes all tags, a large layer in chunks, and what the registry has elsewhere not again', async () => {
    const { open } = registries;
    const page = await machine.visit();
    const make = 'dd if=/dev/urandom of=/big bs=1M count=6 2>/dev/null';
    await run(
      page,
      `docker run --name big busybox sh -c '${make}' && docker commit big big:1; echo co""de=$?`,
      'code=0',
    );
    const tags = [1, 2].map((tag) => `docker tag big:1 ${open.host}/big/a:${tag}`).join(' && ');
    await run(
      page,
      `clear; ${tags} && docker push -a ${open.host}/big/a | grep -c digest: | sed s/^/tags=/`,
      'tags=2',
    );
    const mounted = `docker tag big:1 ${open.host}/big/b:1 && docker push ${open.host}/big/b:1`;
    await run(page, `clear; ${mounted} | grep -c 'Mounted from big/a' | sed s/^/mounted=/`, 'mounted=2');
    for (const name of ['big/a:1', 'big/a:2', 'big/b:1'])
      expect(
        await runProgram('crane', ['validate', '--insecure', '--remote', `${open.host}/${name}`]),
      ).toMatchObject({
        code: 0,
      });
    expect(machine.complaints).toEqual([]);
  });

  test.each(['basic', 'token'] as const)('logs in with %s authentication, pushes and pulls', async (auth) => {
    const { host } = registries[auth];
    const page = await machine.visit();
    page.on('dialog', () => machine.complaints.push('a dialog'));
    await run(
      page,
      `docker pull -q busybox; docker tag busybox ${host}/me/private; docker push ${host}/me/private`,
      /no basic auth credentials|denied: requested access/,
    );
    await run(page, `clear; docker login ${host}`, 'Username: ');
    await page.keyboard.type(`${user.username}\n`);
    await shows(page, 'Password: ');
    await run(page, user.password, 'Login Succeeded');
    await run(page, `clear; docker push ${host}/me/private | tail -n 1`, /latest: digest: sha256:/);
    await run(
      page,
      `clear; docker rmi ${host}/me/private; docker run --rm ${host}/me/private echo ru""ns`,
      'runs',
    );
    await run(
      page,
      `clear; docker logout ${host}; docker pull ${host}/me/private`,
      /no basic auth credentials|denied/,
    );
    const credentials = ['--creds', `${user.username}:${user.password}`];
    const inspect = ['inspect', '--tls-verify=false', ...credentials, `docker://${host}/me/private`];
    expect((await runProgram('skopeo', inspect)).code).toBe(0);
    expect(machine.complaints).toEqual([]);
  });

  test('says what is wrong, and what to do, where neither the page nor the relay gets there', async () => {
    const page = await machine.visit();
    await run(page, `docker pull ${registries.unknown.host}/a`, /cannot be reached from this page/);
    await run(
      page,
      'clear; docker pull reg.example/a',
      /reg\.example is not a registry that the relay knows/,
    );
    await run(page, 'clear; docker login -u a -p b reg.example', /a registry that the relay knows: name it/);
    await run(page, 'clear; docker search bus; echo', /busybox +In a registry of this page/);
  });
});
