/** What a user has given for a registry. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** An OAuth 2 refresh token, in place of a password. */
  readonly identityToken?: string;
  /** A token that is sent as it is. */
  readonly registryToken?: string;
}

/** `Authorization: Basic`, for names and passwords of any characters. */
export function basicAuthorization({ username = '', password = '' }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
