import type { Bottleship } from '../../worker/bottleship.ts';

/** Runs a command line in the guest's shell, its streams those of this process. @returns its exit code */
export async function runScript({ machine: { channel } }: Bottleship, command: string): Promise<number> {
  const [stdin, stdout, stderr] = [channel.openStream(), channel.openStream(), channel.openStream()];
  const number = channel.newProcess();
  const exited = new Promise<number>((resolve) => {
    channel.on('exited', (event) => event.process === number && resolve(event.code));
  });
  await channel.call('spawn', {
    process: number,
    args: ['/bin/sh', '-c', command],
    env: ['HOME=/root', 'USER=root', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    cwd: '/root',
    stdio: { stdin: stdin.id, stdout: stdout.id, stderr: stderr.id },
  });
  void feed(stdin);
  await Promise.all([drain(stdout.output, process.stdout), drain(stderr.output, process.stderr)]);
  return exited;
}

async function feed(stdin: { write(bytes: Uint8Array): Promise<void>; end(): Promise<void> }): Promise<void> {
  try {
    for await (const chunk of process.stdin) await stdin.write(chunk as Uint8Array);
    await stdin.end();
  } catch {
    // The command has ended without reading everything.
  }
}

async function drain(output: AsyncIterable<Uint8Array>, to: NodeJS.WriteStream): Promise<void> {
  for await (const bytes of output) {
    if (!to.write(bytes)) await new Promise((resolve) => to.once('drain', resolve));
  }
}
