import { invalid } from '../errors.ts';

const names = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT RTMAX RTMIN SEGV STKFLT STOP ' +
    'SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'
  ).split(' '),
);

/** Throws on what is no signal, by name (`SIGTERM`, `term`, `RTMIN+3`) or number. */
export function requireSignal(text: string): void {
  const number = /^-?\d+$/.test(text) ? Number(text) : undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  const isKnown = names.has(name) || /^RTM(IN\+([1-9]|1[0-5])|AX-([1-9]|1[0-4]))$/.test(name);
  if (number === undefined ? !isKnown : number === 0) throw invalid(`invalid signal: ${text}`);
}
