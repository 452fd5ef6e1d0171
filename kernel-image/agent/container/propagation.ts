import { RequestError } from '../kernel/errors.ts';
import { readFile } from '../kernel/files.ts';

/** Throws, with Docker's texts, when mounts below a path cannot be handed on as an option asks for. */
export function requirePropagation(path: string, option: string | undefined): void {
  if (option === undefined || option.endsWith('private')) return;
  const isShared = option.endsWith('shared');
  const { place, tags } = mountOf(path);
  const wanted = isShared ? /^shared:/ : /^(shared|master):/;
  if (tags.some((tag) => wanted.test(tag))) return;
  const what = isShared ? 'a shared mount' : 'a shared or slave mount';
  throw new RequestError('EINVAL', 'spec', `path ${path} is mounted on ${place} but it is not ${what}`);
}

/** proc_pid_mountinfo(5): the mount point is the fifth field, the tags are those between the sixth and the dash. The last of one place is on top. */
function mountOf(path: string): { place: string; tags: string[] } {
  let found = { place: '', tags: [] as string[] };
  for (const line of readFile('/proc/self/mountinfo').split('\n')) {
    const fields = line.split(' ');
    const place = fields[4] ?? '';
    if (place === '' || place.length < found.place.length || !lies(path, place)) continue;
    found = { place, tags: fields.slice(6, fields.indexOf('-', 6)) };
  }
  return found;
}

function lies(path: string, place: string): boolean {
  return place === '/' || path === place || path.startsWith(`${place}/`);
}
