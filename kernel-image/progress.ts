/** Says on standard error what is being done; standard output stays free for answers. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
