import type { RestartPolicy } from '../../protocol/engine-api.ts';
import { cut } from '../flags/kinds.ts';

/** `on-failure:3`. @throws Error in Docker's words */
export function readRestartPolicy(text: string): RestartPolicy {
  const format = 'invalid restart policy format';
  const [name, count = ''] = cut(text, ':');
  if (name === '' && text !== '') throw new Error(`${format}: no policy provided before colon`);
  if (!/^(?:[+-]?\d+)?$/.test(count)) {
    throw new Error(`${format}: maximum retry count must be an integer`);
  }
  return { Name: name, MaximumRetryCount: Number(count) };
}
