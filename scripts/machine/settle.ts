import type { Channel } from '../../worker/machine/channel.ts';

/** In the guest: fills free memory with zeros, so that freed pages do not swell the state, and lets go of caches. */
const script = `
echo 3 > /proc/sys/vm/drop_caches
free=$(awk '/^MemFree/ {print int($2 / 1024) - 14}' /proc/meminfo)
mount -o remount,size=\${free}m /dev/shm
dd if=/dev/zero of=/dev/shm/zeros bs=1M count=$free 2> /dev/null
rm -f /dev/shm/zeros
mount -o remount,size=50% /dev/shm
echo 3 > /proc/sys/vm/drop_caches
`;

/** Brings a machine that has just booted into the condition in which it is saved. */
export async function settle(channel: Channel): Promise<void> {
  const process = channel.newProcess();
  const ended = new Promise<number>((resolve) => {
    channel.on('exited', (event) => event.process === process && resolve(event.code));
  });
  await channel.call('spawn', {
    process,
    args: ['/bin/sh', '-c', script],
    env: ['PATH=/sbin:/bin:/usr/sbin:/usr/bin'],
    cwd: '/',
    stdio: {},
  });
  if ((await ended) !== 0) throw new Error('the machine could not be settled before saving its state');
  // What is left of it (freed pages, a timer) goes away within a moment; nothing of it matters when it does not.
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
