import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { needTools } from '../../host-tools.ts';
import { buildProgram } from '../../native.ts';
import type { ImageSource } from '../oci-image.ts';

const created = '2026-01-01T00:00:00Z';

/** One static program of our own, as Docker's image of this name is. */
export async function helloWorld(): Promise<ImageSource> {
  await needTools('gcc', '/usr/lib32/libc.a');
  const program = await buildProgram(join(import.meta.dirname, 'hello.c'));
  const header = {
    name: 'hello',
    size: program.length,
    mode: 0o755,
    mtime: new Date(created),
    uid: 0,
    gid: 0,
  };
  return {
    names: ['docker.io/library/hello-world:latest'],
    tar: await packTar([{ header: { ...header, type: 'file' }, body: program }]),
    created,
    createdBy: 'COPY hello / # buildkit',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['/hello'] },
  };
}
