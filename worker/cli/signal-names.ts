/** Signals of Linux i386 by number, as `docker kill` names them. */
const names = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT ' +
  'CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');
const firstRealTime = 34;
const lastRealTime = 64;

export function signalName(signal: number): string | undefined {
  const name = names[signal - 1];
  if (name !== undefined) return name;
  if (signal < firstRealTime || signal > lastRealTime) return undefined;
  if (signal === firstRealTime) return 'RTMIN';
  if (signal === lastRealTime) return 'RTMAX';
  return signal <= 49 ? `RTMIN+${signal - firstRealTime}` : `RTMAX-${lastRealTime - signal}`;
}
