import { errorText, StatusError } from './errors.ts';
import type { Printer } from './text.ts';

type Work = (name: string) => Promise<void | 'passed over'>;
interface Printers {
  readonly out: Printer;
  readonly err: Printer;
}

/**
 * Does something to several containers at once. Prints the name of each that it was done to, in order, and at the end
 * on standard error why it was not to the others. Work that resolves with `passed over` has its name not printed.
 * @throws StatusError at the end when there were others.
 */
export async function forEach(printers: Printers, names: readonly string[], work: Work): Promise<void> {
  const started = names.map((name) => work(name).then((value) => ({ name, value })));
  await reportFailures(printers.err, await settleInOrder(started, printers.out));
}

/** As {@link forEach}, one after the other. `before` runs before the failures are told. */
export async function inTurn(
  { out, err }: Printers,
  names: readonly string[],
  work: (name: string) => Promise<unknown>,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await work(name);
      await out.println(name);
    } catch (error) {
      failures.push(error);
    }
  }
  await before();
  await reportFailures(err, failures);
}

async function settleInOrder(
  started: readonly Promise<{ name: string; value: void | 'passed over' }>[],
  out: Printer,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const settled = started.map((promise) => promise.catch((error: unknown) => ({ error })));
  for (const promise of settled) {
    const result = await promise;
    if ('error' in result) failures.push(result.error);
    else if (result.value !== 'passed over') await out.println(result.name);
  }
  return failures;
}

/** @throws StatusError when there are any. */
export async function reportFailures(err: Printer, failures: readonly unknown[]): Promise<void> {
  for (const failure of failures) await err.println(errorText(failure));
  if (failures.length > 0) throw new StatusError(1);
}
