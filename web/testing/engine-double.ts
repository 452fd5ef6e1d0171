import { ApiError } from '../../worker/protocol/engine-api.ts';
import type {
  BuildView,
  ContainerSummary,
  EngineApi,
  ImageHistoryItem,
  ImageInspect,
  ImageSummary,
  ProgressMessage,
} from '../../worker/protocol/engine-api.ts';

const never = new Promise<never>(() => {});
const digest = (digits: string) => `sha256:${digits.repeat(64).slice(0, 64)}`;
const now = () => Math.floor(Date.now() / 1000);

interface Fake {
  names: string[];
  layers: string[];
  sizes: number[];
  age: number;
  labels?: Record<string, string>;
}

/** Names and commands that would do harm as markup. */
const hostile = '<img src=x onerror="document.title=1">';

const fakes: Fake[] = [
  {
    names: ['app:latest', 'app:1.4'],
    layers: ['a', 'b', 'c'],
    sizes: [4_430_000, 1_200_000, 2400],
    age: 900,
  },
  { names: ['alpine:3.20'], layers: ['a'], sizes: [4_430_000], age: 3_000_000 },
  { names: ['busybox:latest'], layers: ['d'], sizes: [2_130_000], age: 9_000_000 },
  {
    names: ['registry.example.com:5000/a/very/long/name/of/an/image/that-does-not-fit:2026-11-28'],
    layers: ['e', 'f'],
    sizes: [81_300_000, 12_000_000],
    age: 86_400,
  },
  { names: [], layers: ['a', '9'], sizes: [4_430_000, 0], age: 7200 },
];

const steps = [
  'ADD alpine-minirootfs-3.20.3-x86.tar.gz / # buildkit',
  'RUN /bin/sh -c apk add --no-cache python3 # buildkit',
  `COPY app.py /app.py # ${hostile}`,
];

function summary({ names, layers, sizes, age }: Fake): ImageSummary {
  return {
    Id: digest(layers.join('')),
    ParentId: '',
    RepoTags: names,
    RepoDigests: [],
    Created: now() - age,
    Size: sizes.reduce((sum, size) => sum + size, 0),
    SharedSize: -1,
    Labels: null,
    Containers: 0,
  };
}

const container = {
  Id: '3f9c1d2ab704',
  Names: ['/quiet_harbour'],
  ImageID: digest('abc'),
  State: 'running',
} as ContainerSummary;

async function* pulling(): AsyncGenerator<ProgressMessage> {
  yield { status: 'Pulling from library/debian', id: 'bookworm' };
  for (const id of ['c0ffee11aa22', 'decaf0334455', 'feed66778899'])
    yield { status: 'Pulling fs layer', progressDetail: {}, id };
  yield {
    status: 'Downloading',
    progressDetail: { current: 21_400_000, total: 48_500_000 },
    id: 'c0ffee11aa22',
  };
  yield { status: 'Pull complete', progressDetail: {}, id: 'decaf0334455' };
  await never;
}

async function* failing(): AsyncGenerator<ProgressMessage> {
  yield { error: `manifest for ${hostile} not found: manifest unknown` };
}

/** An engine of the tests' own. `images` has some, `unreadable` fails, any other has none. */
export function engineDouble(play: string): EngineApi {
  const images = play === 'images' ? fakes : [];
  const find = (id: string) => images.find((fake) => summary(fake).Id === id) ?? missing(id);
  const known: Partial<EngineApi> = {
    events: async () => quiet(),
    imageList: async () => {
      if (play === 'unreadable') throw new ApiError(500, `the store is ${hostile} open in another tab`);
      return images.map(summary);
    },
    containerList: async () => (play === 'images' ? [container] : []),
    imageInspect: async (id) =>
      ({ Id: id, RootFS: { Type: 'layers', Layers: find(id).layers.map(digest) } }) as ImageInspect,
    imageHistory: async (id) =>
      find(id)
        .sizes.map((Size, at) => ({ Size, CreatedBy: steps[at], Created: now() }) as ImageHistoryItem)
        .reverse(),
    imageCreate: async ({ fromImage }) => (fromImage === 'missing' ? failing() : pulling()),
    imageLoad: async (tar) => {
      for await (const _ of tar);
      return failing();
    },
    buildWatch: async () => (play === 'images' ? builds() : quiet()),
    buildCancel: async (id) => cancelBuild(id),
    imageDelete: async () => {
      throw new ApiError(409, 'conflict: unable to remove repository reference "app:latest" (must force)');
    },
  };
  return new Proxy(known as EngineApi, {
    get: (target, name) => target[name as keyof EngineApi] ?? notHere(String(name)),
  });
}

let cancelBuild: (id: string) => void = () => undefined;

/** Somebody has cancelled the build that goes on. */
const cancelled = new Promise<void>((resolve) => {
  cancelBuild = (id) => void (id === 'c' && resolve());
});

async function* builds(): AsyncGenerator<BuildView> {
  const at = Date.now() - 60_000;
  const steps = [
    { name: '[internal] load build definition from Dockerfile', started: at, completed: at + 40 },
    { name: '[1/3] FROM docker.io/library/alpine:3.20', started: at, completed: at + 10, cached: true },
    { name: '[2/3] RUN apk add --no-cache python3', started: at + 50, completed: at + 4250 },
  ];
  const copied = { name: '[3/3] COPY app.py /app.py', started: at + 4300, completed: at + 4340 };
  const image = digest('abc');
  yield {
    number: 1,
    buildId: 'a',
    title: 'app:1.4',
    started: at,
    completed: at + 4400,
    image,
    steps: [...steps, copied],
  };
  const failed = {
    name: `[3/3] RUN false # ${hostile}`,
    started: at + 4300,
    error: 'exit code: 1',
    output: `fetching ${hostile}\nno such package`,
  };
  const failure = 'process "/bin/sh -c false" did not complete successfully: exit code: 1';
  yield {
    number: 2,
    buildId: 'b',
    title: 'broken',
    started: at,
    completed: at + 4400,
    failure,
    steps: [...steps, failed],
  };
  const slow = {
    number: 3,
    buildId: 'c',
    title: 'slow:latest',
    started: at,
    steps: [
      ...steps,
      { name: '[3/3] RUN make', started: at + 4300, output: 'cc -O2 -c main.c\ncc -o main main.o' },
    ],
  };
  yield slow;
  await cancelled;
  yield { ...slow, completed: at + 9000, failure: 'Canceled: context canceled' };
  await never;
}

/** Nothing ever happens. */
function quiet<T>(): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => never }) };
}

function missing(id: string): never {
  throw new ApiError(404, `No such image: ${id}`);
}

function notHere(name: string): never {
  throw new ApiError(501, `The double has no ${name}.`);
}
