import type { ContainerSummary, ImageSummary } from '../../worker/protocol/engine-api.ts';

export function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds;
}

export function containerFixture(fields: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    Id: '406c4ee21bdcba0dd645812924419dec835cbdf257f578628e3251bafbf76926',
    Names: ['/web'],
    Image: 'alpine',
    ImageID: 'sha256:e85b52cb03e68502e8d1fc69a3a34af8c8c62f966b701ba595c78ea0a8850b55',
    Command: 'sleep 1000',
    Created: secondsAgo(0),
    Ports: [],
    Labels: {},
    State: 'running',
    Status: 'Up Less than a second',
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: { bridge: {} } },
    Mounts: [],
    ...fields,
  };
}

export function imageFixture(fields: Partial<ImageSummary> = {}): ImageSummary {
  return {
    Id: 'sha256:e85b52cb03e68502e8d1fc69a3a34af8c8c62f966b701ba595c78ea0a8850b55',
    ParentId: '',
    RepoTags: ['alpine:latest'],
    RepoDigests: [],
    Created: secondsAgo(120),
    Size: 6_697_000,
    SharedSize: -1,
    Labels: null,
    Containers: -1,
    ...fields,
  };
}
