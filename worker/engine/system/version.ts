import type { Ping, Version } from '../../protocol/engine-api.ts';
import type { MachineFacts } from '../context.ts';

/** The engine that clients take this one for. */
export const serverVersion = '28.5.2';
const apiVersion = '1.51';
const minApiVersion = '1.24';
const platform = { os: 'linux', arch: '386' };

export function ping(): Ping {
  return { ApiVersion: apiVersion, OSType: platform.os, Experimental: false, BuilderVersion: '1' };
}

/** Docker's fields with our values; there is no Go in here. */
export function version({ kernel }: MachineFacts): Version {
  const shared = {
    ApiVersion: apiVersion,
    MinAPIVersion: minApiVersion,
    GitCommit: '',
    GoVersion: '',
    BuildTime: '',
  };
  return {
    Platform: { Name: 'Bottleship' },
    Components: [
      {
        Name: 'Engine',
        Version: serverVersion,
        Details: {
          ...shared,
          Os: platform.os,
          Arch: platform.arch,
          Experimental: 'false',
          KernelVersion: kernel,
        },
      },
    ],
    Version: serverVersion,
    ...shared,
    Os: platform.os,
    Arch: platform.arch,
    KernelVersion: kernel,
  };
}
