/** docker cp and what else reads and writes the client's files, with real files on both sides. */
import { expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();

/** Names, modes, owners, times and link targets below a folder. */
const listing = "find . | sort | while read f; do stat -c '%n %a %h %Y %N' $f; done";

test('trees come and go with modes, times and links', async () => {
  const made =
    'mkdir -p /root/t/sub && cd /root/t && echo a > a && chmod 4750 a && ln -s a link && ln a hard && ' +
    'head -c 300000 /dev/zero > sub/big && : > sub/empty && mkfifo sub/fifo && chmod 700 sub && ' +
    'touch -h -d @1700000000 a link sub/big sub/empty sub && docker run -d --name web busybox sleep 1000';
  await machine().out(made);
  const before = await machine().out(`cd /root/t; ${listing}`);
  await machine().out('docker cp /root/t web:/tmp; docker cp web:/tmp/t /root/back');
  expect(await machine().out(`cd /root/back; ${listing}`)).toBe(before);
  expect(await machine().out('cmp /root/t/sub/big /root/back/sub/big && echo same')).toBe('same');
  expect(await machine().out('docker exec web stat -c %a-%U /tmp/t/a')).toBe('4750-root');
});

test('into what is there already', async () => {
  await machine().out('mkdir -p /root/over && echo old > /root/over/a && docker cp web:/tmp/t/. /root/over');
  expect(await machine().out('cat /root/over/a; readlink /root/over/link')).toBe('a\na');
  const { code, stderr } = await machine().sh('mkdir -p /root/clash/a; docker cp web:/tmp/t/. /root/clash');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'cannot overwrite directory "a" with non-directory "/root/clash"\n',
  });
});

test('as tar archives on the standard streams', async () => {
  expect(await machine().out('docker cp web:/tmp/t - | tar t | sort | head -n 3')).toBe('t/\nt/a\nt/hard');
  await machine().out('tar c -C /root t | docker cp - web:/home');
  expect(await machine().out('docker exec web cat /home/t/a')).toBe('a');
});

test('export writes a file that is whole, or none', async () => {
  await machine().out('cd /root && docker export -o x.tar web');
  expect(await machine().out('tar tf /root/x.tar | grep -c ^tmp/t/; stat -c %a /root/x.tar')).toBe('8\n600');
  const { stderr } = await machine().sh('docker export -o /nosuch/x.tar web');
  expect(stderr).toBe(
    'failed to export container: invalid output path: stat /nosuch: no such file or directory\n',
  );
  expect(await machine().out('ls -A /root | grep tmp- | wc -l')).toBe('0');
});
