/** Calls that an i386 program may also make through another one, with which of them as its first argument. */
const SOCKETCALL =
  'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg';

/** <linux/net.h> numbers them from 1, <linux/ipc.h> in groups. */
const calls = new Map<string, { through: 'socketcall' | 'ipc'; call: number }>([
  ...SOCKETCALL.split(' ').map((name, index) => [name, { through: 'socketcall', call: index + 1 }] as const),
  ...Object.entries({
    semop: 1,
    semget: 2,
    semctl: 3,
    semtimedop: 4,
    msgsnd: 11,
    msgrcv: 12,
    msgget: 13,
    msgctl: 14,
    shmat: 21,
    shmdt: 22,
    shmget: 23,
    shmctl: 24,
  }).map(([name, call]) => [name, { through: 'ipc', call }] as const),
]);

/** Through what a call can be made besides its own number, if it has one. */
export function multiplexed(name: string): { through: 'socketcall' | 'ipc'; call: number } | undefined {
  return calls.get(name);
}
