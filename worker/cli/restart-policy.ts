import { StatusError } from './errors.ts';
import { cut } from './flags/kinds.ts';

/** `on-failure:3`. @throws StatusError */
export function parseRestartPolicy(text: string): { Name: string; MaximumRetryCount: number } {
  const [name, count] = cut(text, ':');
  if (name === '') throw new StatusError(1, 'invalid restart policy format: no policy provided before colon');
  if (count !== undefined && !/^[+-]?\d+$/.test(count)) {
    throw new StatusError(1, 'invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name, MaximumRetryCount: Number(count ?? 0) };
}
