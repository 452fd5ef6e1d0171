interface ClientVersion {
  readonly Platform: { readonly Name: string };
  readonly Version: string;
  readonly ApiVersion: string;
  readonly DefaultAPIVersion: string;
  readonly GitCommit: string;
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly BuildTime: string;
  readonly Context: string;
}

/** Who the client says it is: the version of Docker's client that it answers as. */
export const client: ClientVersion = {
  Platform: { Name: 'Bottleship' },
  Version: '28.5.2',
  ApiVersion: '1.51',
  DefaultAPIVersion: '1.51',
  GitCommit: 'bottleship',
  GoVersion: 'none (JavaScript)',
  Os: 'linux',
  Arch: '386',
  BuildTime: '',
  Context: 'default',
};
