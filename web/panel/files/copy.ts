import type { WorkApi } from '../../../worker/protocol/work.ts';
import type { DroppedFolder } from '../../drop/dropped.ts';
import { count } from '../format.ts';
import type { TaskPlan } from '../tasks.ts';
import { baseName, join } from './paths.ts';

/** Copies a folder that cannot be written back to into the machine's folders, under its name or one like it. */
export function copyTask(work: WorkApi, folder: DroppedFolder, why: string): TaskPlan {
  return {
    title: `Copying ${folder.name}`,
    run: async (report, signal) => {
      const name = await freeName(work, folder.name);
      await work.mkdir(name);
      let files = 0;
      for await (const { path, file } of folder.entries()) {
        signal.throwIfAborted();
        const to = join(name, path.replace(/\/$/, ''));
        if (file) await work.write(to, new Uint8Array(await file.arrayBuffer()));
        else await work.mkdir(to);
        if (file) report({ note: count(++files, 'file'), progress: 'unknown' });
      }
      return `/root/work/${name} is a copy of ${count(files, 'file')}. ${why}`;
    },
  };
}

/** Copies one file. */
export function copyFileTask(work: WorkApi, file: File): TaskPlan {
  return {
    title: `Copying ${file.name}`,
    run: async () => {
      const name = await freeName(work, file.name);
      await work.write(name, new Uint8Array(await file.arrayBuffer()));
      return `/root/work/${name} is a copy.`;
    },
  };
}

async function freeName(work: WorkApi, wished: string): Promise<string> {
  const taken = new Set((await work.list('')).map(({ name }) => name));
  let name = wished;
  for (let number = 2; taken.has(name); number++) name = `${wished}-${number}`;
  return name;
}

/** What is in a folder of the machine's, to be packed. */
export function folderOfWork(work: WorkApi, path: string): DroppedFolder {
  return { name: baseName(path), entries: () => entriesBelow(work, path, '') };
}

async function* entriesBelow(
  work: WorkApi,
  root: string,
  below: string,
): ReturnType<DroppedFolder['entries']> {
  for (const { name, kind, modified } of await work.list(join(root, below))) {
    const path = join(below, name);
    if (kind === 'directory') {
      yield { path: `${path}/` };
      yield* entriesBelow(work, root, path);
    } else if (kind === 'file') {
      const bytes = (await work.read(join(root, path))) as Uint8Array<ArrayBuffer>;
      yield { path, file: new File([bytes], name, { lastModified: modified }) };
    }
  }
}
