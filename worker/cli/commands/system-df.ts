import { command, noArgs } from '../command-spec.ts';
import { detailsByTemplate, detailTables } from '../disk-usage-details.ts';
import { diskUsageListing, usageRows } from '../disk-usage.ts';
import { StatusError } from '../errors.ts';
import { listFormatFlag } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { ListFormat } from '../format/listing.ts';
import { TemplateError } from '../template/template.ts';

export const systemDf = command({
  usage: '[OPTIONS]',
  short: 'Show docker disk usage',
  args: noArgs,
  flags: {
    format: listFormatFlag,
    verbose: bool('Show detailed information on space usage', { short: 'v' }),
  },
  async run({ engine, values: { format, verbose }, out }) {
    const usage = await engine.diskUsage();
    if (!verbose) return out.print(new ListFormat(diskUsageListing, { format }).render(usageRows(usage)));
    if (format === '' || format === 'table') return out.print(detailTables(usage));
    try {
      await out.print(detailsByTemplate(format, usage));
    } catch (error) {
      throw error instanceof TemplateError ? new StatusError(1, error.message) : error;
    }
  },
});
