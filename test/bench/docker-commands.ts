/** What is timed, in the page, headless and natively. */
export const dockerRun = 'docker run --rm busybox true';
export const dockerPs = 'docker ps';
export const dockerExec = 'docker exec box true';

export const startBox = 'docker run -d --name box busybox sleep 100000';

/** A command that fails would be a fast one: with this it ends the shell, whose prompt then does not come. */
export function orExit(command: string): string {
  return `${command} || exit`;
}
