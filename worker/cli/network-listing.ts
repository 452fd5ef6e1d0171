import type { Network } from '../protocol/engine-api.ts';
import { shortId } from './format/ids.ts';
import { labelMethod, labelsField } from './format/labels.ts';
import { rawFormat } from './format/listing.ts';
import type { Listing } from './format/listing.ts';
import { goNanoTime } from './format/time.ts';

/** Of `docker network ls`. */
export const networkListing: Listing<Network> = {
  type: '*network.networkContext',
  table: '{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}',
  quiet: '{{.ID}}',
  raw: rawFormat(['network_id: {{.ID}}', 'name: {{.Name}}', 'driver: {{.Driver}}', 'scope: {{.Scope}}']),
  rawQuiet: 'network_id: {{.ID}}',
  methods: { Label: labelMethod },
  fields: {
    CreatedAt: { title: 'CREATED AT', value: ({ Created }) => goNanoTime(Created) },
    Driver: { title: 'DRIVER', value: ({ Driver }) => Driver },
    ID: { title: 'NETWORK ID', value: ({ Id }, full) => (full ? Id : shortId(Id)) },
    IPv4: { title: 'IPV4', value: ({ EnableIPv4 }) => String(EnableIPv4) },
    IPv6: { title: 'IPV6', value: ({ EnableIPv6 }) => String(EnableIPv6) },
    Internal: { title: 'INTERNAL', value: ({ Internal }) => String(Internal) },
    Labels: labelsField,
    Name: { title: 'NAME', value: ({ Name }) => Name },
    Scope: { title: 'SCOPE', value: ({ Scope }) => Scope },
  },
};
