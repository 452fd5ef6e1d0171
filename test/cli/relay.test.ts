import type { Socket } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientSession } from '../../worker/cli/session.ts';
import { Printer } from '../../worker/cli/text.ts';
import { missingCompiler, RelayProgram } from './relay-program.ts';

const missing = missingCompiler();

type Command = (
  session: ClientSession,
  out: Printer,
  socket: Socket,
  ...args: string[]
) => Promise<number | void>;

/** What `docker NAME` does in these tests. */
const commands: Record<string, Command> = {
  say: async (session, out, _, ...args) => {
    await out.println(
      JSON.stringify({ args, cwd: session.cwd, tty: session.tty, RELAY: session.env.get('RELAY') }),
    );
    await new Printer(session.stderr).println('and this');
  },
  exit: async (_session, _out, _, code) => Number(code),
  size: async (session, out) => out.println(JSON.stringify(session.size)),
  cat: async (session) => {
    for await (const bytes of session.stdin) await session.stdout.write(bytes);
  },
  count: async (session, out) => {
    let count = 0;
    for await (const bytes of session.stdin) count += bytes.length;
    await out.println(String(count));
  },
  flood: async (session, _out, _, megabytes) => {
    const block = new Uint8Array(1 << 20).fill(120);
    for (let sent = 0; sent < Number(megabytes); sent++) await session.stdout.write(block);
  },
  deaf: async (_session, out) => out.println('never read'),
  vanish: async (_session, _out, socket) => {
    socket.destroy();
  },
  signals: async (session, out) => {
    const got = new Promise<number>((resolve) => session.onSignal(resolve));
    await out.println('ready');
    await out.println(`signal ${await got}`);
    return 7;
  },
  wait: async (_session, out, socket) => {
    await out.println('ready');
    await once(socket, 'close');
  },
  keys: async (session, out) => {
    await session.setRaw(true);
    await out.print('raw');
    for await (const bytes of session.stdin) {
      await out.print(`<${Buffer.from(bytes).toString('hex')}>`);
      if (bytes.includes(113)) return 3;
    }
    return 0;
  },
  resized: async (session, out) => {
    // stty sets the rows first and then the columns.
    const changed = new Promise<void>((resolve) => session.onResize(() => session.size?.cols && resolve()));
    await out.println('ready');
    await changed;
    await out.println(`${session.size?.rows}x${session.size?.cols}`);
  },
  files: async (session, out, _, path = '') => {
    const { files } = session;
    await out.println(String(await files.exists(path)));
    await files.write(path, new Uint8Array(100_000).fill(65));
    await out.println(String((await files.read(path)).length));
    await files.read('/no/such/file').catch((error: Error) => out.println(error.message));
  },
};

async function serve(session: ClientSession, socket: Socket): Promise<number> {
  const [name = '', ...args] = session.args;
  return (await commands[name]?.(session, new Printer(session.stdout), socket, ...args)) ?? 0;
}

describe.skipIf(missing)(`the docker program of the guest${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let program: RelayProgram;
  let signs = 0;

  /** What a line of bash waits with until the test gives it the sign. */
  function sign(): { wait: string; give: () => void } {
    const path = `${program.folder}/sign-${signs++}`;
    return { wait: `until [ -e ${path} ]; do sleep 0.01; done`, give: () => writeFileSync(path, '') };
  }

  beforeAll(() => {
    program = new RelayProgram(serve);
  });
  afterAll(() => program.close());

  test('hands arguments, directory, environment and streams on, and keeps the outputs apart', async () => {
    const { stdout, stderr, code } = await program.shell("docker say 'a b' '' -- é");
    expect(JSON.parse(Buffer.from(stdout, 'latin1').toString())).toEqual({
      args: ['a b', '', '--', 'é'],
      cwd: '/tmp',
      tty: { stdin: false, stdout: false, stderr: false },
      RELAY: 'yes',
    });
    expect(stderr).toBe('and this\n');
    expect(code).toBe(0);
  });

  test('ends with the exit code', async () => {
    expect((await program.shell('docker exit 42')).code).toBe(42);
  });

  test('takes arguments longer than its buffer', async () => {
    const { stdout } = await program.shell('docker say $(seq 1 20000)');
    expect(JSON.parse(stdout).args).toHaveLength(20000);
  });

  test('carries many bytes both ways', async () => {
    const { stdout } = await program.shell('head -c 20000000 /dev/zero | docker cat | wc -c');
    expect(stdout.trim()).toBe('20000000');
  });

  test('counts its input to the end', async () => {
    expect((await program.shell('docker count', 'x'.repeat(300_000))).stdout).toBe('300000\n');
    expect((await program.shell('docker count < /dev/null')).stdout).toBe('0\n');
    expect((await program.shell('docker count <&-')).stdout).toBe('0\n');
  });

  test('reads no input that was not asked for', async () => {
    const { stdout } = await program.shell("printf 'one\\ntwo\\n' | (docker deaf; cat)");
    expect(stdout).toBe('never read\none\ntwo\n');
  });

  test('dies from a broken pipe like any program', async () => {
    const { stdout } = await program.shell('docker flood 50 | head -c 1; echo " ${PIPESTATUS[*]}"');
    expect(stdout).toBe('x 141 0\n');
  });

  test('says when nobody listens, or nobody any more', async () => {
    const other = new RelayProgram(serve);
    const lost = await other.shell('docker vanish');
    expect(lost).toMatchObject({ code: 1, stderr: 'docker: the connection to the engine was lost\n' });
    const { stderr, code } = await other.shell(`rm ${other.folder}/cli.sock; docker say`);
    other.close();
    expect(stderr).toContain('Cannot connect to the Docker daemon at unix:///var/run/docker.sock.');
    expect(code).toBe(1);
  });

  test('reports signals while it is asked to, and dies from them otherwise', async () => {
    const out = `${program.folder}/out`;
    const whenReady = (command: string, signal: string) =>
      `: > ${out}; docker ${command} > ${out} & until grep -q ready ${out}; do sleep 0.01; done; kill -${signal} $!; wait $!; echo $?; cat ${out}`;
    const reported = await program.shell(whenReady('signals', 'USR1'));
    expect(reported.stdout).toBe('7\nready\nsignal 10\n');
    const died = await program.shell(whenReady('wait', 'TERM'));
    expect(died.stdout).toBe('143\nready\n');
  });

  test('reads and writes files for the command', async () => {
    const { stdout } = await program.shell(`docker files ${program.folder}/some-file`);
    expect(stdout).toBe('false\n100000\nopen /no/such/file: no such file or directory\n');
  });

  test('passes keys on raw, and leaves the terminal as it was', async () => {
    const { stdout } = await program.terminal(
      'stty rows 30 cols 90; docker size; docker keys; echo; stty -a',
      async (write, shown) => {
        await shown('raw');
        write('\x03a\r');
        await shown('0d>');
        write('q');
      },
    );
    expect(stdout).toContain('{"rows":30,"cols":90}');
    expect(stdout).toMatch(/raw<03(?:><)?61(?:><)?0d><71>/);
    expect(stdout).toMatch(/(?<!-)icanon/);
    expect(stdout).toMatch(/(?<!-)opost/);
  });

  test('leaves the terminal as it was when it is killed', async () => {
    const { wait, give } = sign();
    const line = `(${wait}; pkill -TERM -P $$ -x docker) & docker keys; stty -a`;
    const { stdout } = await program.terminal(`bash -c '${line}'`, (_, shown) => shown('raw').then(give));
    expect(stdout).toContain('raw');
    expect(stdout).toMatch(/(?<!-)icanon/);
  });

  test('dies from Ctrl-C', async () => {
    const line = 'bash -c "docker wait; echo code \\$?"';
    const { stdout } = await program.terminal(line, async (write, shown) => {
      await shown('ready');
      write('\x03');
    });
    expect(stdout).toContain('ready');
  });

  test('tells of a new size', async () => {
    const { wait, give } = sign();
    const line = `bash -c "(${wait}; stty rows 41 cols 101 < /dev/tty) & docker resized"`;
    const { stdout } = await program.terminal(line, (_, shown) => shown('ready').then(give));
    expect(stdout).toContain('41x101');
  });

  test('is stopped when it reads in the background, and goes on in the foreground', async () => {
    const stopped = String.raw`until ps -o stat= -p \$! | grep -q T; do sleep 0.01; done`;
    const line = `bash -c "set -m; docker cat & ${stopped}; jobs; fg; echo done"`;
    const { stdout } = await program.terminal(line, async (write, shown) => {
      // It is stopped when there is something to read.
      write('hello\n');
      await shown(/hello[^]*hello/);
      write('\x04');
    });
    expect(stdout).toMatch(/Stopped.*docker cat/);
    expect(stdout.match(/hello/g)).toHaveLength(2);
    expect(stdout).toContain('done');
  });

  test('waits for a slow reader and not longer', async () => {
    const { stdout } = await program.shell('docker flood 8 | (sleep 0.4; wc -c)');
    expect(stdout.trim()).toBe(String(8 << 20));
  });
});
