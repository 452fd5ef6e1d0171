import { startHeadless } from './scripts/headless/start.ts';
import { runScript } from './scripts/headless/script.ts';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
const b = await startHeadless({ verbose: false });
const e = b.engine;
const sh = (c: string) => runScript(b, c);
async function all(s: AsyncIterable<Uint8Array>) { const l: Uint8Array[] = []; for await (const c of s) l.push(c); return Buffer.concat(l); }
async function* one(x: Uint8Array) { for (let i = 0; i < x.length; i += 65536) yield x.subarray(i, i + 65536); }
const time = async (name: string, f: () => Promise<unknown>) => { const t = performance.now(); const r = await f().catch((x: Error) => x); console.log(name, (performance.now() - t).toFixed(0), 'ms', r instanceof Error ? r : ''); return r; };
for await (const _ of await e.imageCreate({fromImage:'busybox',tag:'latest'}));
for (const name of ['cc','dd']) await e.containerCreate({Image:'busybox',Cmd:['sleep','10000']},{name});
await e.containerStart('cc');
for (const c of ['cc', 'dd']) {
  for (const p of ['/etc/passwd', '/bin/', '/nope', '/etc/passwd/']) {
    await time(`stat ${c} ${p}`, async () => console.log(await e.containerPathStat(c, p)));
  }
  await time('get /etc', async () => { const { stat, tar } = await e.containerGetArchive(c, '/etc/.'); const t = await all(tar); console.log(stat, t.length); writeFileSync('/tmp/x.tar', t); console.log(execFileSync('tar', ['tvf', '/tmp/x.tar']).toString()); });
}
rmSync('/tmp/small', { recursive: true, force: true }); mkdirSync('/tmp/small');
for (let i = 0; i < 1000; i++) writeFileSync(`/tmp/small/f${i}`, 'x'.repeat(i));
writeFileSync('/tmp/big', Buffer.alloc(20e6, 'abc'));
const small = execFileSync('tar', ['-C', '/tmp', '-cf', '-', 'small'], { maxBuffer: 1e9 });
const big = execFileSync('tar', ['-C', '/tmp', '-cf', '-', 'big'], { maxBuffer: 1e9 });
for (let r = 0; r < 2; r++) for (const c of ['cc', 'dd']) {
  await time(`put small ${c}`, () => e.containerPutArchive(c, '/tmp', one(small)));
  await time(`get small ${c}`, async () => console.log((await all((await e.containerGetArchive(c, '/tmp/small')).tar)).length));
  await time(`put big ${c}`, () => e.containerPutArchive(c, '/tmp', one(big)));
  await time(`get big ${c}`, async () => { const t = await all((await e.containerGetArchive(c, '/tmp/big')).tar); console.log(t.length, t.subarray(512, 512 + 20e6).equals(Buffer.alloc(20e6, 'abc'))); });
}
await time('get /', async () => console.log((await all((await e.containerGetArchive('cc', '/')).tar)).length));
console.log(await b.machine.channel.call('census', {}));
process.exit(0);
