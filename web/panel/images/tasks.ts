import type { EngineApi, ProgressMessage } from '../../../worker/protocol/engine-api.ts';
import { chooseTarget, download } from '../download.ts';
import { humanSize } from '../format.ts';
import type { TaskPlan, TaskReport } from '../tasks.ts';
import type { ImageEntry } from './inventory.ts';
import { LayerLines } from './layer-lines.ts';

type Report = (report: TaskReport) => void;

/** `docker pull`. */
export function pullTask(engine: EngineApi, name: string): TaskPlan {
  return {
    title: `Pulling ${name}`,
    run: async (report, signal) => {
      const messages = await engine.imageCreate(nameAndTag(name));
      const lines = new LayerLines();
      let last = '';
      for await (const message of untilAborted(messages, signal)) {
        if (lines.take(message)) report({ lines: lines.lines, progress: lines.progress });
        else if (message.status) report({ note: (last = message.status) });
      }
      return last.replace(/^Status: /, '') || `Pulled ${name}`;
    },
  };
}

/** As the command does it: what follows the last colon is a tag unless it holds a slash; a digest goes where a tag would. */
export function nameAndTag(name: string): { fromImage: string; tag: string } {
  const [, fromImage = name, tag] = /^(.*?)(?:@(\w+:[0-9a-f]+))?$/i.exec(name) ?? [];
  if (tag) return { fromImage, tag };
  const at = name.lastIndexOf(':');
  return at > name.lastIndexOf('/')
    ? { fromImage: name.slice(0, at), tag: name.slice(at + 1) }
    : { fromImage: name, tag: 'latest' };
}

/** An archive, with the number of its bytes where that is known. */
export interface Archive {
  name: string;
  size: number | undefined;
  bytes(): AsyncIterable<Uint8Array>;
}

/** `docker load`. */
export function loadTask(engine: EngineApi, archive: Archive): TaskPlan {
  return {
    title: `Loading ${archive.name}`,
    run: async (report, signal) => {
      const messages = await engine.imageLoad(counted(archive, signal, report));
      const lines = new LayerLines();
      const loaded: string[] = [];
      for await (const message of untilAborted(messages, signal)) {
        if (lines.take(message))
          report({ lines: lines.lines, progress: 'unknown', note: 'Taking in layers' });
        else if (message.stream) loaded.push(message.stream.trim());
      }
      return loaded.join(' · ') || `Loaded ${archive.name}`;
    },
  };
}

async function* counted(archive: Archive, signal: AbortSignal, report: Report): AsyncGenerator<Uint8Array> {
  const { size } = archive;
  let read = 0;
  for await (const chunk of archive.bytes()) {
    signal.throwIfAborted();
    yield chunk;
    read += chunk.length;
    report(
      size === undefined
        ? { note: `${humanSize(read)} read` }
        : { note: `${humanSize(read)} of ${humanSize(size)} read`, progress: Math.min(1, read / size) },
    );
  }
}

/** `docker save` into a file. Undefined when the person chooses none. */
export async function saveTask(engine: EngineApi, image: ImageEntry): Promise<TaskPlan | undefined> {
  const target = await chooseTarget(`${fileName(image.name)}.tar`);
  if (!target) return undefined;
  return {
    title: `Saving ${image.name}`,
    run: async (report, signal) => {
      const archive = await engine.imageSave([image.names.length > 0 ? image.name : image.id]);
      const wrote = (total: number) =>
        report({
          note: `${humanSize(total)} written`,
          progress: Math.min(1, total / Math.max(1, image.size)),
        });
      const total = await download(target, archive, signal, wrote);
      return `Saved ${image.name}, ${humanSize(total)}`;
    },
  };
}

/** A name that any file system takes. */
export function fileName(imageName: string): string {
  return imageName.replaceAll(/[^\w.-]+/g, '_').slice(0, 100);
}

/** Throws what a message tells of, and ends the work when it is aborted, even while nothing comes. */
async function* untilAborted(
  messages: AsyncIterable<ProgressMessage>,
  signal: AbortSignal,
): AsyncGenerator<ProgressMessage> {
  const iterator = messages[Symbol.asyncIterator]();
  const leave = () => void iterator.return?.();
  signal.addEventListener('abort', leave);
  try {
    for (;;) {
      const item = await iterator.next();
      signal.throwIfAborted();
      if (item.done) return;
      if (item.value.error !== undefined) throw new Error(item.value.error);
      yield item.value;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    await iterator.return?.();
  }
}
