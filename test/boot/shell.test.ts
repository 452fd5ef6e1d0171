/** The machine itself: its prompt, its shell, its terminals. */
import { describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';
import { key } from './terminal.ts';

const machine = machineForFile();

describe('the shell', () => {
  test('the prompt names the user, the machine and the folder', async () => {
    const terminal = await machine().terminal();
    expect(terminal.text).toContain('root@bottleship:~# ');
    await terminal.run('cd /tmp; echo $((6*7))', '42');
    await terminal.expect('root@bottleship:/tmp# ');
  });

  test('exit ends the terminal with the code', async () => {
    const terminal = await machine().terminal();
    terminal.line('exit 7');
    expect(await terminal.exited).toBe(7);
  });

  test('Ctrl-D ends it', async () => {
    const terminal = await machine().terminal();
    terminal.type(key.ctrlD);
    expect(await terminal.exited).toBe(0);
  });

  test('Ctrl-C ends the command and not the shell', async () => {
    const terminal = await machine().terminal();
    await terminal.run(`sh -c 'echo be""gun; exec sleep 1000'`, 'begun');
    terminal.type(key.ctrlC);
    await terminal.prompt();
    await terminal.run('echo $?', '130');
  });

  test('Ctrl-Z stops a command, fg goes on with it', async () => {
    const terminal = await machine().terminal();
    await terminal.run(`sh -c 'echo be""gun; exec cat'`, 'begun');
    terminal.type(key.ctrlZ);
    await terminal.expect('Stopped');
    await terminal.prompt();
    await terminal.run('fg', 'cat');
    await terminal.run('parrot', 'parrot');
    terminal.type(key.ctrlD);
    await terminal.prompt();
  });

  test('the arrow key brings the last command back', async () => {
    const terminal = await machine().terminal();
    await terminal.run('echo first-$((1+1))', 'first-2');
    await terminal.prompt();
    terminal.line('\x1b[A');
    await terminal.expect('first-2');
  });

  test('what runs on it gets SIGHUP when it is hung up', async () => {
    const terminal = await machine().terminal();
    terminal.line(`sh -c 'trap "echo hung > /tmp/hung; exit" HUP; echo re""ady; while :; do sleep 1; done'`);
    await terminal.expect('ready');
    terminal.hangUp();
    await terminal.exited;
    await machine().until('cat /tmp/hung', 'hung');
  });

  test('scripts have their two outputs and their exit code', async () => {
    expect(await machine().sh('echo out; echo err >&2; exit 9')).toEqual({
      code: 9,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await machine().out('tr a-z A-Z', 'over the channel')).toBe('OVER THE CHANNEL');
  });

  test('a command that is killed ends with 128 and the signal', async () => {
    expect((await machine().sh('kill -9 $$')).code).toBe(137);
  });
});

describe('the machine', () => {
  test('has the clock of this one', async () => {
    expect(Math.abs(Number(await machine().out('date +%s')) - Date.now() / 1000)).toBeLessThan(60);
  });

  test('has a network device with an address of its own making', async () => {
    expect(await machine().out('cat /sys/class/net/eth0/address')).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  });

  test('has its data on ext4', async () => {
    expect(await machine().out("grep ' /var/lib/docker ' /proc/mounts")).toContain(
      '/dev/sda /var/lib/docker ext4 rw',
    );
  });

  test('said what it did, and that it is ready', () => {
    const phases = machine().statuses.map(({ phase }) => phase);
    expect(new Set(phases)).toEqual(new Set(['fetching', 'restoring', 'ready']));
    expect(machine().statuses.at(-1)).toMatchObject({ phase: 'ready', cold: false });
    expect(machine().bottleship.machine.coldBoot).toBeUndefined();
  });
});

describe('terminals', () => {
  test('each has a size of its own, and a new one when it is resized', async () => {
    const [small, large] = [
      await machine().terminal({ rows: 10, cols: 40 }),
      await machine().terminal({ rows: 50, cols: 132 }),
    ];
    await small.run('stty size', '10 40');
    await large.run('stty size', '50 132');
    small.line(`sh -c 'trap "stty size" WINCH; echo re""ady; while :; do sleep 1; done'`);
    await small.expect('ready');
    small.resize({ rows: 33, cols: 99 });
    await small.expect('33 99');
    await large.run('stty size', '50 132');
  });

  test('are different ones', async () => {
    const [one, other] = [await machine().terminal(), await machine().terminal()];
    const name = /\/dev\/pts\/\d+/;
    expect((await one.run('tty', name))[0]).not.toBe((await other.run('tty', name))[0]);
  });

  test('take a long paste as it is', async () => {
    const terminal = await machine().terminal();
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i} ${'x'.repeat(60)}`);
    await terminal.run('stty -echo; cat > /tmp/pasted; stty echo', '');
    terminal.type(`${lines.join('\r')}\r${key.ctrlD}`);
    await terminal.prompt();
    expect(await machine().out('cat /tmp/pasted')).toBe(lines.join('\n'));
  });

  test('carry text that is not ASCII', async () => {
    const terminal = await machine().terminal();
    await terminal.run('echo "Grüße $((1+1)) 船"', 'Grüße 2 船');
  });
});
