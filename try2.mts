import { startHeadless } from './scripts/headless/start.ts';
import { encodeRecord, recordKind, recordFlag, treeRecord } from './worker/protocol/filetree.ts';
const b = await startHeadless({ verbose: false });
const e = b.engine;
const { channel } = b.machine;
async function sh(script: string, input?: Uint8Array) {
  const t = performance.now();
  const o = channel.openStream(), i = channel.openStream(); const process_ = channel.newProcess();
  const exited = new Promise((r) => channel.on('exited', (ev) => ev.process === process_ && r(ev.code)));
  await channel.call('spawn', { process: process_, args: ['/bin/sh', '-c', script], env: ['PATH=/bin:/sbin:/usr/bin'], cwd: '/', stdio: { stdin: i.id, stdout: o.id } });
  if (input) await i.write(input); await i.end();
  let n = 0; for await (const x of o.output) n += x.length;
  await exited;
  console.log(`[${(performance.now() - t).toFixed(0)} ms] ${script} ${n}`);
}
for await (const _ of await e.imageCreate({fromImage:'busybox',tag:'latest'}));
for (const name of ['cc']) await e.containerCreate({Image:'busybox',Cmd:['sleep','10000']},{name});
await e.containerStart('cc');
const enc = (s: string) => new TextEncoder().encode(s);
const recs = (dir: string, size: number, n = 1000) => {
  const out: Uint8Array[] = [encodeRecord(treeRecord(recordKind.entry, { mode: 0o40755, name: enc(`${dir}/small`) }))];
  for (let i = 0; i < n; i++) { out.push(encodeRecord(treeRecord(recordKind.entry, { flags: recordFlag.contents, size, mode: 0o100644, seconds: 1e9, name: enc(`${dir}/small/f${i}`) })), new Uint8Array(size).fill(65)); }
  out.push(encodeRecord(treeRecord(recordKind.end)));
  return Buffer.concat(out);
};
await sh('mkdir -p /var/lib/docker/t; cat > /tmp/r0', recs('/tmp', 0));
await sh('cat > /tmp/r1', recs('/tmp', 500));
await sh('cat > /tmp/d0', recs('/var/lib/docker/t', 0));
await sh('cat > /tmp/d1', recs('/var/lib/docker/t', 500));
await sh('cat > /tmp/d2', recs('/var/lib/docker/t', 20e6, 1));
await sh('cat > /tmp/r2', recs('/tmp', 20e6, 1));
for (let k = 0; k < 3; k++) for (const r of ['r0', 'r1', 'd0', 'd1', 'd2', 'r2']) { const dir = r[0] === 'r' ? '/tmp' : '/var/lib/docker/t';
  await sh(`filetree unpack ${dir} '' < /tmp/${r}`);
  await sh(`filetree pack -d ${dir}/small >/dev/null`);
  await sh(`filetree pack ${dir}/small >/dev/null`);
  await sh(`filetree pack -d ${dir}/small`);
  await sh(`rm -r ${dir}/small`);
}
process.exit(0);
