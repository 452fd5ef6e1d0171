import type { Volume } from '../protocol/engine-api.ts';
import { labelMethod, labelsField } from './format/labels.ts';
import { rawFormat } from './format/listing.ts';
import type { Field, Listing } from './format/listing.ts';
import { humanSize } from './format/size.ts';

/** What only the volumes of a swarm have. */
function ofCluster(title: string): Field<Volume> {
  return { title, value: () => 'N/A' };
}

/** Of `docker volume ls`. */
export const volumeListing: Listing<Volume> = {
  type: '*formatter.volumeContext',
  table: '{{.Driver}}\t{{.Name}}',
  quiet: '{{.Name}}',
  raw: rawFormat(['name: {{.Name}}', 'driver: {{.Driver}}']),
  rawQuiet: 'name: {{.Name}}',
  methods: { Label: labelMethod },
  fields: {
    Availability: ofCluster('AVAILABILITY'),
    Driver: { title: 'DRIVER', value: ({ Driver }) => Driver },
    Group: ofCluster('GROUP'),
    Labels: labelsField,
    Links: { title: 'LINKS', value: ({ UsageData }) => (UsageData ? String(UsageData.RefCount) : 'N/A') },
    Mountpoint: { title: 'MOUNTPOINT', value: ({ Mountpoint }) => Mountpoint },
    Name: { title: 'VOLUME NAME', value: ({ Name }) => Name },
    Scope: { title: 'SCOPE', value: ({ Scope }) => Scope },
    Size: { title: 'SIZE', value: ({ UsageData }) => (UsageData ? humanSize(UsageData.Size) : 'N/A') },
    Status: ofCluster('STATUS'),
  },
};
