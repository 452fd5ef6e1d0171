import type { WorkApi, WorkChange } from '../../../worker/protocol/work.ts';
import { make } from '../../dom.ts';
import type { DroppedFolder, DroppedItem } from '../../drop/dropped.ts';
import { ask } from '../../question.ts';
import { chooseTarget, download } from '../download.ts';
import { messageOf } from '../format.ts';
import { archiveOfFolder } from '../images/archive.ts';
import type { MenuItem } from '../menu.ts';
import { askName } from '../name-question.ts';
import { Tasks } from '../tasks.ts';
import type { PanelHost, PanelView } from '../view.ts';
import { copyFileTask, copyTask, folderOfWork } from './copy.ts';
import { EditorPane } from './editor-pane.ts';
import { baseName, directoryOf, join, wrongName } from './paths.ts';
import { FileTree } from './tree.ts';
import type { TreeRow } from './tree.ts';

/** The files below /root/work, folders of the visitor's among them, and an editor for one of them. */
export class FilesView implements PanelView {
  readonly name = 'Files';
  readonly element = make('section', { class: 'panel-view files-view' });
  readonly #host: PanelHost;
  readonly #tasks = new Tasks();
  readonly #message = make('div', { class: 'panel-message' });
  readonly #tree = new FileTree({
    opened: (row) => void this.#edit(row.path),
    menu: (row) => this.#menu(row),
    failed: (error) => this.#fail('The files cannot be read', error),
  });
  readonly #editor = new EditorPane(() => this.#showEditor(false));
  #opened: readonly string[] = [];
  #isStarted = false;

  constructor(host: PanelHost) {
    this.#host = host;
    this.element.append(
      this.#bar(),
      this.#tasks.element,
      this.#message,
      this.#tree.element,
      this.#editor.element,
    );
    addEventListener('beforeunload', (event) => {
      if (this.#editor.isDirty) event.preventDefault();
    });
  }

  shown(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#message.textContent = 'Waiting for the machine…';
    void this.#start();
  }

  /** Shows a folder in the machine, or copies what the browser lets nobody write to. */
  async take(item: DroppedItem): Promise<void> {
    if (item.kind === 'file')
      return this.#tasks.start({
        title: `Copying ${item.file.name}`,
        run: async (...how) => copyFileTask(await this.#host.work(), item.file).run(...how),
      });
    const { handle } = item.folder;
    if (handle && (await isWritable(handle))) return this.#show(handle);
    const why = handle
      ? 'This browser was not allowed to write to the folder, so changes stay in the machine.'
      : 'This browser cannot write to folders, so changes stay in the machine; they can be downloaded.';
    return this.#copy(item.folder, why);
  }

  async #start(): Promise<void> {
    try {
      const work = await this.#host.work();
      await work.watch((changes) => void this.#changed(changes));
      this.#opened = await work.opened();
      await this.#tree.start(work);
      this.#showEmpty();
    } catch (error) {
      this.#isStarted = false;
      this.#fail('The files cannot be read', error);
    }
  }

  async #changed(changes: readonly WorkChange[]): Promise<void> {
    for (const { path, failure } of changes)
      if (failure !== undefined) this.#fail(`${path} was not written back`, new Error(failure));
    const paths = changes.map(({ path }) => path);
    if (paths.includes('')) this.#opened = await (await this.#host.work()).opened();
    await this.#tree.refresh([...new Set(paths)]);
    this.#showEmpty();
    if (paths.includes(directoryOf(this.#editor.path))) await this.#editor.follow();
  }

  #showEmpty(): void {
    const empty = this.#tree.isEmpty;
    this.#message.hidden = !empty;
    if (empty)
      this.#message.replaceChildren(
        make('b', {}, 'No files yet'),
        'Drop a folder on this page, or make a file. It is in /root/work in the machine, ready for docker build.',
      );
  }

  async #edit(path: string): Promise<void> {
    try {
      if (await this.#editor.open(await this.#host.work(), path)) this.#showEditor(true);
    } catch (error) {
      this.#fail('Not opened', error);
    }
  }

  #showEditor(shown: boolean): void {
    this.element.toggleAttribute('data-editing', shown);
    if (!shown) this.#tree.element.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  #bar(): HTMLElement {
    const button = (text: string, act: () => Promise<void>) => {
      const element = make('button', { type: 'button', class: 'button small' }, text);
      element.addEventListener('click', () => void this.#attempt(text, act));
      return element;
    };
    return make(
      'div',
      { class: 'files-bar' },
      button('New file…', () => this.#make('file')),
      button('New folder…', () => this.#make('folder')),
      ...(window.showDirectoryPicker ? [button('Open folder…', () => this.#pick())] : []),
    );
  }

  async #make(kind: 'file' | 'folder'): Promise<void> {
    const directory = this.#tree.directory;
    const name = await askName({
      title: kind === 'file' ? 'New file' : 'New folder',
      label: `Its name in /root/work${directory === '' ? '' : `/${directory}`}`,
      value: kind === 'file' ? 'Dockerfile' : '',
      confirm: 'Make',
      check: wrongName,
    });
    if (name === undefined) return;
    const work = await this.#host.work();
    const path = join(directory, name);
    if ((await work.list(directory)).some((entry) => entry.name === name))
      throw new Error(`There is one of this name: ${path}`);
    if (kind === 'folder') await work.mkdir(path);
    else await work.write(path, new Uint8Array());
    await this.#tree.reveal(path);
    this.#showEmpty();
    if (kind === 'file') await this.#edit(path);
  }

  async #pick(): Promise<void> {
    const handle = await window.showDirectoryPicker?.({ mode: 'readwrite' }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return undefined;
      throw error;
    });
    if (handle) await this.#show(handle);
  }

  async #show(handle: FileSystemDirectoryHandle): Promise<void> {
    const work = await this.#host.work();
    const name = await work.open(handle);
    this.#opened = await work.opened();
    this.shown();
    await this.#tree.reveal(name);
    this.#showEmpty();
    await this.#tasks.start({
      title: `Opened ${handle.name}`,
      run: () => Promise.resolve(`It is /root/work/${name} in the machine. Changes go both ways.`),
    });
  }

  #copy(folder: DroppedFolder, why: string): Promise<void> {
    return this.#tasks.start({
      title: `Copying ${folder.name}`,
      run: async (...how) => copyTask(await this.#host.work(), folder, why).run(...how),
    });
  }

  #menu({ path, entry }: TreeRow): MenuItem[] {
    const isOpened = this.#opened.includes(path);
    const act = (text: string, work: () => Promise<void>) => () => void this.#attempt(text, work);
    return [
      ...(entry.kind === 'directory'
        ? [
            {
              name: 'Build here',
              run: () =>
                this.#host.type(`docker build -t ${imageName(path)} ${quoted(`/root/work/${path}`)}`),
            },
          ]
        : []),
      { name: 'Download…', run: act('Download', () => this.#download(path, entry.kind === 'directory')) },
      ...(isOpened
        ? [{ name: 'Close the folder', run: act('Close', async () => (await this.#host.work()).close(path)) }]
        : [
            { name: 'Rename…', run: act('Rename', () => this.#rename(path)) },
            { name: 'Remove…', dangerous: true, run: act('Remove', () => this.#remove(path)) },
          ]),
    ];
  }

  async #download(path: string, isFolder: boolean): Promise<void> {
    const target = await chooseTarget(isFolder ? `${baseName(path)}.tar` : baseName(path));
    if (!target) return;
    const work = await this.#host.work();
    const bytes = isFolder ? archiveOfFolder(folderOfWork(work, path)).bytes() : fileOf(work, path);
    await this.#tasks.start({
      title: `Downloading ${baseName(path)}`,
      run: async (report, signal) => {
        await download(target, bytes, signal, () => report({ progress: 'unknown' }));
        return `Downloaded ${baseName(path)}`;
      },
    });
  }

  async #rename(path: string): Promise<void> {
    const name = await askName({
      title: 'Rename',
      label: 'Its new name',
      value: baseName(path),
      confirm: 'Rename',
      check: wrongName,
    });
    if (name === undefined || name === baseName(path)) return;
    const to = join(directoryOf(path), name);
    await (await this.#host.work()).rename(path, to);
    if (this.#editor.path === path) this.#editor.renamed(to);
    await this.#tree.reveal(to);
  }

  async #remove(path: string): Promise<void> {
    const confirmed = await ask({
      title: `Remove ${baseName(path)}?`,
      text: 'It is removed from the folder, too, if this is one of yours. This cannot be undone.',
      confirm: 'Remove',
      dangerous: true,
    });
    if (confirmed) await (await this.#host.work()).remove(path);
  }

  async #attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#fail(what.replace('…', ''), error);
    }
  }

  #fail(title: string, error: unknown): void {
    void this.#tasks.start({ title, run: () => Promise.reject(new Error(messageOf(error))) });
  }
}

async function isWritable(handle: FileSystemDirectoryHandle): Promise<boolean> {
  const permission = await handle.requestPermission?.({ mode: 'readwrite' }).catch(() => 'denied');
  return permission === 'granted';
}

async function* fileOf(work: WorkApi, path: string): AsyncGenerator<Uint8Array> {
  yield await work.read(path);
}

/** What Docker takes for a name. */
function imageName(path: string): string {
  const name = baseName(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '') || 'app';
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
