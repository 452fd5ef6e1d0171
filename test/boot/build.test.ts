/** Images built with real commands: what RUN does, changes and leaves. */
import { packTar } from 'modern-tar';
import { expect, test } from 'vitest';
import type { ImageBuildOptions, ProgressMessage, SolveStatus } from '../../worker/protocol/engine-api.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const engine = () => machine().bottleship.engine;
const out = (script: string) => machine().out(script);

async function* context(files: Record<string, string>): AsyncGenerator<Uint8Array> {
  yield await packTar(
    Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length, mode: 0o644 }, body })),
  );
}

const begin = (Dockerfile: string, files: Record<string, string> = {}, options: ImageBuildOptions = {}) =>
  engine().imageBuild(context({ Dockerfile, ...files }), options);

async function build(...request: Parameters<typeof begin>): Promise<ProgressMessage[]> {
  const messages: ProgressMessage[] = [];
  for await (const message of await begin(...request)) messages.push(message);
  return messages;
}

const text = (messages: readonly ProgressMessage[]) => messages.map(({ stream = '' }) => stream).join('');

test('commands run on what is there, and the next step sees what they did', async () => {
  await out('docker pull -q busybox');
  const messages = await build(
    `FROM busybox AS one
ARG VERSION=1
ENV DIR=/made
WORKDIR $DIR
COPY a b/
RUN echo $VERSION > v && mv b/a b/c && rm /etc/group && echo said && echo warned >&2
RUN ["cat", "v"]
USER nobody
RUN id -un > /tmp/who
FROM busybox
COPY --from=one --chown=1:1 /made /copied
COPY --from=one /tmp/who /copied/
VOLUME /data
RUN touch /data/lost /kept
CMD ls /data /kept; cat /copied/v /copied/b/c /copied/who; stat -c %u:%g /copied/v /copied/who`,
    { a: 'contents\n' },
    { tags: ['built'], buildArgs: { VERSION: '2' } },
  );
  expect(text(messages)).toContain('said\n\u001B[91mwarned\n\u001B[0m');
  expect(text(messages)).toContain('2\n ---> Removed intermediate container');
  expect(await out('docker run --rm built')).toBe('/kept\n\n/data:\n2\ncontents\nnobody\n1:1\n65534:65534');
  const history = await engine().imageHistory('built');
  expect(history.map(({ CreatedBy }) => CreatedBy)).toContain('/bin/sh -c touch /data/lost /kept');
  expect(await out('docker ps -aq; docker volume ls -q')).toBe('');
});

test('what a command takes away is gone, and what ONBUILD says is done', async () => {
  await build(
    'FROM busybox\nRUN rm -r /var && mkdir /var && touch /var/new\nONBUILD RUN ls /var > /list',
    {},
    { tags: ['base'] },
  );
  await build('FROM base', {}, { tags: ['child'] });
  expect(await out('docker run --rm child sh -c "cat /list"')).toBe('new');
  const again = await build('FROM base', {}, { tags: ['child'] });
  expect(text(again)).toContain(' ---> Using cache\n');
});

test('a command that fails ends the build with its code, and what worked is kept', async () => {
  const failed = await build(
    'FROM busybox\nRUN echo first\nRUN exit 7\nRUN echo never',
    {},
    { forceRm: true },
  );
  const message = "The command '/bin/sh -c exit 7' returned a non-zero code: 7";
  expect(failed.at(-1)).toEqual({ errorDetail: { code: 7, message }, error: message });
  expect(text(failed)).not.toContain('Step 4/4');
  expect(await out('docker ps -aq')).toBe('');
  expect(text(await build('FROM busybox\nRUN echo first'))).toContain(' ---> Using cache\n');
});

test('a build that is given up stops its command and leaves nothing', async () => {
  const messages = await begin('FROM busybox\nRUN echo started; sleep 100; touch /done');
  for await (const { stream } of messages) if (stream?.includes('started\n')) break;
  await machine().until('docker ps -aq; ps | grep "[s]leep 100"; true', '');
  expect(text(await build('FROM busybox\nRUN echo started'))).not.toContain('Using cache');
});

test('a build that another request cancels by its ID stops its command and leaves nothing', async () => {
  const Dockerfile = 'FROM busybox\nRUN echo started; sleep 100; touch /done';
  const messages: ProgressMessage[] = [];
  for await (const message of await begin(Dockerfile, {}, { buildId: 'one' })) {
    messages.push(message);
    if (message.stream?.includes('started\n')) await engine().buildCancel('one');
  }
  expect(messages.at(-1)?.error).toBe('build cancelled');
  expect(text(messages)).not.toContain('Successfully built');
  const tar = context({ Dockerfile });
  const statuses: SolveStatus[] = [];
  for await (const status of await engine().imageSolve({ context: { tar }, buildId: 'two' })) {
    statuses.push(status);
    if (status.logs !== undefined) await engine().buildCancel('two');
  }
  expect(statuses.at(-1)?.failure?.message).toBe('Canceled: context canceled');
  await machine().until('docker ps -aq; ps | grep "[s]leep 100"; true', '');
});

test('docker build sends a directory, or what comes on standard input, and ends with the code of what failed', async () => {
  const script = `mkdir -p ctx/skip && cd ctx && echo a > a && echo no > skip/no && echo yes > skip/keep
printf 'skip\\n!skip/keep\\nDockerfile\\n' > .dockerignore
printf 'FROM busybox\\nARG V\\nCOPY . /c/\\nRUN find /c -type f | sort; echo $V\\n' > Dockerfile
V=42 DOCKER_BUILDKIT=0 docker build -t sent --build-arg V --iidfile id . | grep -v '^ --->'; cat id; echo
printf 'FROM busybox\\nRUN exit 7' | DOCKER_BUILDKIT=0 docker build -q -; echo $?`;
  const [id, code, ...lines] = (await out(`(${script}) 2>/dev/null`)).split('\n').reverse();
  const { Id } = await engine().imageInspect('sent');
  expect([code, id]).toEqual([Id, '7']);
  expect(lines.reverse().join('\n')).toMatch(
    /^Sending build context to Docker daemon +\S+kB\nStep 1\/4 : FROM busybox\n[^]*\/c\/.dockerignore\n\/c\/a\n\/c\/skip\/keep\n42\nSuccessfully built \w{12}\nSuccessfully tagged sent:latest$/,
  );
});
