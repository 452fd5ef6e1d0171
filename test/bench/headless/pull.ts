import type { TestMachine } from '../../boot/machine.ts';

/** Pulls an image from outside the guest, where nothing is warmed up by it. */
export async function pull({ bottleship }: TestMachine, image: string): Promise<void> {
  for await (const { error } of await bottleship.engine.imageCreate({ fromImage: image, tag: 'latest' }))
    if (error !== undefined) throw new Error(error);
}
