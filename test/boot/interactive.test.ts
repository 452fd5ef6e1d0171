/** Containers on a terminal: sizes, signals, detaching. */
import { describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';
import { key } from './terminal.ts';

const machine = machineForFile();

describe('docker run -it', () => {
  test('is a shell in the container, whose exit code is the command’s', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --rm -h inside busybox sh');
    await terminal.expect('/ # ');
    await terminal.run('hostname; tty; echo $((6*7))', 'inside\r\n/dev/pts/0\r\n42');
    await terminal.run('exit 5', 'root@bottleship');
    await terminal.run('echo "code $?"', 'code 5');
  });

  test('has the terminal’s size, and a new one when it is resized', async () => {
    const terminal = await machine().terminal({ rows: 31, cols: 97 });
    terminal.line('docker run -it --rm busybox sh');
    await terminal.expect('/ # ');
    await terminal.run('stty size', '31 97');
    terminal.line(`sh -c 'trap "stty size; exit" WINCH; echo re""ady; while :; do sleep 1; done'`);
    await terminal.expect('ready');
    terminal.resize({ rows: 20, cols: 60 });
    await terminal.expect('20 60');
    terminal.line('exit');
    await terminal.prompt();
    await terminal.run('stty size', '20 60');
  });

  test('Ctrl-C is the container’s', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --rm busybox sh');
    await terminal.expect('/ # ');
    await terminal.run(`sh -c 'echo be""gun; exec sleep 1000'`, 'begun');
    terminal.type(key.ctrlC);
    await terminal.expect('/ # ');
    await terminal.run('echo $?', '130');
    await terminal.expect('/ # ');
    terminal.line('exit');
    await terminal.prompt();
  });

  test('Ctrl-D ends its shell', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --rm busybox sh');
    await terminal.expect('/ # ');
    terminal.type(key.ctrlD);
    await terminal.prompt();
    await terminal.run('echo "code $?"', 'code 0');
  });

  test('Ctrl-C without a terminal of its own is passed on as a signal', async () => {
    const terminal = await machine().terminal();
    terminal.line(
      `docker run --rm busybox sh -c 'trap "echo caught; exit 3" INT; echo re""ady; while :; do sleep 0.1; done'`,
    );
    await terminal.expect('ready');
    terminal.type(key.ctrlC);
    await terminal.expect('caught');
    await terminal.prompt();
    await terminal.run('echo "code $?"', 'code 3');
  });

  test('detaching leaves it running, docker attach comes back', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --name left busybox sh');
    await terminal.expect('/ # ');
    await terminal.run('x=kept', '/ # ');
    terminal.type(key.ctrlP + key.ctrlQ);
    await terminal.prompt();
    await terminal.run('docker ps --format "{{.Names}} {{.Status}}"', 'left Up');
    await terminal.prompt();
    terminal.line('docker attach left');
    await terminal.run('', '/ # ');
    await terminal.run('echo $x', 'kept');
    terminal.line('exit 2');
    await terminal.prompt();
    await terminal.run('docker inspect -f "{{.State.ExitCode}}" left; docker rm left', '2\r\nleft');
  });

  test('--detach-keys', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --rm --name keyed --detach-keys ctrl-x,q busybox sh');
    await terminal.expect('/ # ');
    terminal.type('\x18q');
    await terminal.prompt();
    await terminal.run('docker rm -f keyed', 'keyed');
  });

  test('puts the terminal back as it was', async () => {
    const terminal = await machine().terminal();
    const settings = /speed[^#]*(?=root@)/;
    const [before] = await terminal.run('stty -a', settings);
    terminal.line('docker run -it --rm busybox true');
    await terminal.expect(/\n/);
    await terminal.prompt();
    const [after] = await terminal.run('stty -a', settings);
    expect(after).toBe(before);
  });

  test('when the terminal is hung up the container goes on', async () => {
    const terminal = await machine().terminal();
    terminal.line('docker run -it --rm --name survivor busybox sh');
    await terminal.expect('/ # ');
    terminal.hangUp();
    await terminal.exited;
    expect(await machine().out('docker ps --format {{.Names}}')).toBe('survivor');
    await machine().out('docker rm -f survivor');
  });

  test('output on the terminal in colour and of a megabyte', async () => {
    const terminal = await machine().terminal();
    terminal.line(`docker run -it --rm busybox sh -c 'seq 1 150000 | cat'; echo d""one`);
    await terminal.expect('done');
    const numbers = [...terminal.text.matchAll(/^(\d+)\r$/gm)].map(([, digits]) => Number(digits));
    expect(numbers.length).toBe(150_000);
    expect(numbers.every((number, index) => number === index + 1)).toBe(true);
  });
});

describe('docker exec -it', () => {
  test('has a terminal of its own with the size, and its exit code', async () => {
    const terminal = await machine().terminal({ rows: 17, cols: 71 });
    await terminal.run('docker run -d --rm --name host busybox sleep 1000', /[0-9a-f]{64}/);
    await terminal.prompt();
    terminal.line('docker exec -it host sh');
    await terminal.expect('/ # ');
    await terminal.run('stty size; tty', '17 71\r\n/dev/pts/0');
    terminal.line(`sh -c 'trap "stty size; exit" WINCH; echo re""ady; while :; do sleep 1; done'`);
    await terminal.expect('ready');
    terminal.resize({ rows: 18, cols: 72 });
    await terminal.expect('18 72');
    await terminal.expect('/ # ');
    terminal.line('exit 9');
    await terminal.prompt();
    await terminal.run('echo "code $?"', 'code 9');
    await terminal.run('docker rm -f host', 'host');
  });

  test('two at once see each other', async () => {
    await machine().out('docker run -d --rm --name shared busybox sleep 1000');
    const [one, other] = [await machine().terminal(), await machine().terminal()];
    for (const terminal of [one, other]) {
      terminal.line('docker exec -it shared sh');
      await terminal.expect('/ # ');
    }
    await one.run('echo from-one > /tmp/note', '/ # ');
    await other.run('cat /tmp/note', 'from-one');
    await one.run('sleep 777 &', '/ # ');
    await other.run('until [ $(pidof sleep | wc -w) = 2 ]; do usleep 1000; done; echo bo""th', 'both');
    await machine().out('docker rm -f shared');
    await Promise.all([one.prompt(), other.prompt()]);
    await one.run('echo "code $?"', 'code 137');
  });
});
