/** Milliseconds since 1970, with a fraction that carries microseconds. */
export type Instant = number;

export interface Clock {
  now(): Instant;
}

/** The wall clock with the resolution of the monotonic one, which stands still while a computer sleeps. */
export function systemClock(): Clock {
  let offset = Date.now() - performance.now();
  return {
    now() {
      const time = offset + performance.now();
      const drift = Date.now() - time;
      if (Math.abs(drift) > 20) offset += drift;
      return Math.abs(drift) > 20 ? Date.now() : time;
    },
  };
}

/** Whether `promise` has resolved within so many milliseconds. Never rejects before its time is over unless `promise` does. */
export async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}
