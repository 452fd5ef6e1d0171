/** In a worker of the browser: what every pull must do at least. See `floor.ts`. */
import { floor } from '../floor.ts';

addEventListener('message', ({ data }: MessageEvent<string>) => {
  void answer(data);
});

async function answer(url: string): Promise<void> {
  postMessage(await floor(async () => (await fetch(url, { cache: 'no-store' })).body));
}
