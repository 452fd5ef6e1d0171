import type { WorkApi, WorkEntry } from '../../worker/protocol/work.ts';

const dockerfile = `# syntax=docker/dockerfile:1
FROM python:3.12-alpine
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV PORT=8080
CMD ["python", "app.py"]
`;

const files: Record<string, string> = {
  'app/Dockerfile': dockerfile,
  'app/app.py': 'print("hello")\n',
  'app/src/<b>deep<b>.py': '',
  'notes.txt': 'notes',
};

const refuse = () => Promise.reject(new Error('This browser may not write there: the double'));

/** Folders of the tests' own, which cannot be changed; `images` has some. */
export function workDouble(play: string): WorkApi {
  const all = play === 'images' ? files : {};
  return {
    open: refuse,
    close: refuse,
    opened: async () => ['app'],
    list: async (path) => entriesOf(all, path === '' ? '' : `${path}/`),
    read: async (path) => new TextEncoder().encode(all[path]),
    write: refuse,
    mkdir: refuse,
    remove: refuse,
    rename: refuse,
    watch: async () => undefined,
  };
}

function entriesOf(all: Record<string, string>, prefix: string): WorkEntry[] {
  const below = Object.keys(all).filter((path) => path.startsWith(prefix));
  const names = new Set(below.map((path) => path.slice(prefix.length).split('/')[0] ?? ''));
  return [...names].map((name) => {
    const text = all[prefix + name];
    return { name, kind: text === undefined ? 'directory' : 'file', size: text?.length ?? 0, modified: 0 };
  });
}
