import { ApiError } from '../protocol/engine-api.ts';

export const newestVersion = '1.51';
const oldestVersion = '1.24';

/** The version of the API that a request is made in. */
export class ApiVersion {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  before(other: string): boolean {
    return compare(this.text, other) < 0;
  }

  since(other: string): boolean {
    return compare(this.text, other) >= 0;
  }
}

/** The version a path names, the newest when it names none. Throws for one that is not served. */
export function acceptVersion(text = newestVersion): ApiVersion {
  if (compare(text, oldestVersion) < 0) {
    const hint = 'please upgrade your client to a newer version';
    throw new ApiError(
      400,
      `client version ${text} is too old. Minimum supported API version is ${oldestVersion}, ${hint}`,
    );
  }
  if (compare(text, newestVersion) > 0)
    throw new ApiError(
      400,
      `client version ${text} is too new. Maximum supported API version is ${newestVersion}`,
    );
  return new ApiVersion(text);
}

export function isServed(text = newestVersion): boolean {
  return compare(text, oldestVersion) >= 0 && compare(text, newestVersion) <= 0;
}

/** Whether even the form of errors was another: clients of these versions print them as they come. */
export function wantsPlainErrors(text: string | undefined): boolean {
  return text !== undefined && compare(text, oldestVersion) < 0;
}

/** Number by number; what is no number counts as 0. https://github.com/moby/moby/blob/v28.5.2/api/types/versions/compare.go */
function compare(one: string, other: string): number {
  const [these, those] = [one.split('.'), other.split('.')];
  for (let at = 0; at < Math.max(these.length, those.length); at += 1) {
    const difference = number(these[at]) - number(those[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function number(text = ''): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}
