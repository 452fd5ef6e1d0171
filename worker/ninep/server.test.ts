import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runSuite } from './file.suite.ts';
import { errno } from './errno.ts';
import { FrameWriter, noTag, readHeader } from './frame.ts';
import { MemoryDirectory, MemoryFile, MemoryRegular, memoryTree } from './memoryfile.suite.ts';
import * as m from './messages.ts';
import { NinepServer } from './server.ts';
import { TestClient, decodeReply, expectErrno } from './testclient.suite.ts';

runSuite('in memory, at once', () => ({ root: memoryTree('sync') }));
runSuite('in memory, by promises', () => ({ root: memoryTree('async') }));

function connect(root: MemoryFile = memoryTree('sync')): Promise<TestClient> {
  return TestClient.attached(new NinepServer(() => root).handle9p);
}

/** A file whose reads wait until the test says so. */
class SlowFile extends MemoryFile {
  readonly waiting: ((data: Uint8Array) => void)[] = [];

  constructor() {
    super(0o100644, 'sync', { size: 4 });
  }

  read(): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }
}

describe('version', () => {
  test('agrees on the smaller msize and starts over', async () => {
    const server = new NinepServer(() => memoryTree('sync'), { msize: 10_000 });
    const client = await TestClient.attached(server.handle9p);
    expect(server.fidCount).toBe(1);
    const reply = await client.call(m.Tversion, { msize: 1 << 20, version: '9P2000.L' }, m.Rversion, noTag);
    expect(reply).toEqual({ msize: 10_000, version: '9P2000.L' });
    expect(server.fidCount).toBe(0);
  });

  test('does not know other protocols', async () => {
    const client = new TestClient(new NinepServer(() => memoryTree('sync')).handle9p);
    const reply = await client.call(m.Tversion, { msize: 8192, version: '9P2000.u' }, m.Rversion, noTag);
    expect(reply.version).toBe('unknown');
  });

  test('offers what virtio carries', async () => {
    const client = new TestClient(new NinepServer(() => memoryTree('sync')).handle9p);
    const reply = await client.call(m.Tversion, { msize: 1 << 24, version: '9P2000.L' }, m.Rversion, noTag);
    expect(reply.msize).toBe(512_000);
  });

  test('no reply is longer than msize', async () => {
    const client = await TestClient.attached(new NinepServer(() => memoryTree('sync')).handle9p, 4096);
    const fid = await client.open('big');
    const { data } = await client.call(m.Tread, { fid, offset: 0, count: 1 << 30 }, m.Rread);
    expect(data.length).toBe(4096 - 11);
  });
});

test('a synchronous file answers before the handler returns', () => {
  const server = new NinepServer(() => memoryTree('sync'));
  const client = new TestClient(server.handle9p);
  const replies: (number | undefined)[] = [];
  const send = (frame: Uint8Array) =>
    server.handle9p(frame, (reply) => replies.push(readHeader(reply)?.type));
  send(client.frame(m.Tversion, { msize: 8192, version: '9P2000.L' }, noTag));
  send(client.frame(m.Tattach, { fid: 0, afid: 0, uname: '', aname: '', nUname: 0 }));
  send(client.frame(m.Twalk, { fid: 0, newfid: 1, names: ['hello'] }));
  send(client.frame(m.Tlopen, { fid: 1, flags: 0 }));
  send(client.frame(m.Tread, { fid: 1, offset: 0, count: 100 }));
  expect(replies).toEqual([101, 105, 111, 13, 117]);
});

describe('fids', () => {
  test('are refused when unknown, in use or not open', async () => {
    const client = await connect();
    await expectErrno(client.call(m.Tgetattr, { fid: 99, mask: 0 }, m.Rgetattr), 'EBADF');
    const fid = await client.walk('hello');
    await expectErrno(client.call(m.Twalk, { fid: 0, newfid: fid, names: [] }, m.Rwalk), 'EBADF');
    await expectErrno(client.call(m.Tread, { fid, offset: 0, count: 1 }, m.Rread), 'EBADF');
    await client.call(m.Tlopen, { fid, flags: 0 }, m.Rlopen);
    await expectErrno(client.call(m.Tlopen, { fid, flags: 0 }, m.Rlopen), 'EINVAL');
    await expectErrno(client.call(m.Twalk, { fid, newfid: fid, names: [] }, m.Rwalk), 'EBUSY');
    await client.clunk(fid);
    await expectErrno(client.clunk(fid), 'EBADF');
  });

  test('walk in place, and clone, open ones too', async () => {
    const client = await connect();
    const fid = await client.walk('dir');
    await client.call(m.Twalk, { fid, newfid: fid, names: ['inner'] }, m.Rwalk);
    await client.call(m.Tlopen, { fid, flags: 0 }, m.Rlopen);
    const clone = client.newFid();
    expect(await client.call(m.Twalk, { fid, newfid: clone, names: [] }, m.Rwalk)).toEqual({ qids: [] });
    await client.call(m.Tlopen, { fid: clone, flags: 0 }, m.Rlopen);
    expect(new TextDecoder().decode(await client.read(clone))).toBe('inner\n');
  });

  test('are not walked by hostile names', async () => {
    const client = await connect();
    for (const name of ['', '.', '../hello', 'dir/inner', 'a\0', '\u{dcff}']) {
      await expectErrno(client.walk(name), 'ENOENT');
    }
    await expectErrno(client.walk('x'.repeat(256)), 'ENAMETOOLONG');
    await expectErrno(client.walk(...Array.from({ length: 17 }, () => '..')), 'EINVAL');
    expect((await client.stat('..', '..')).qid).toEqual((await client.stat()).qid);
  });
});

describe('a read-only tree', () => {
  test('answers EROFS to whatever would change it', async () => {
    const client = await connect();
    for (const type of [...Object.values(m.refusedTypes), 14, 16, 18, 72, 74, 76]) {
      const writer = new FrameWriter(100);
      writer.begin(1);
      writer.fill(type, (encoder) => {
        encoder.u32(0);
        // Enough for the fields of any of them: no names, numbers of zero.
        encoder.bytes(new Uint8Array(40));
      });
      const reply = await client.send(writer.frame() ?? new Uint8Array());
      expect(() => decodeReply(reply, m.Rclunk, 1)).toThrow('EROFS');
    }
    const fid = await client.open('hello');
    const zero = { seconds: 0, nanoseconds: 0 };
    const change = { fid, valid: 1, mode: 0, uid: 0, gid: 0, size: 0, atime: zero, mtime: zero };
    await expectErrno(client.call(m.Tsetattr, change, m.Rsetattr), 'EROFS');
    await expectErrno(client.call(m.Twrite, { fid, offset: 0, data: new Uint8Array(1) }, m.Rwrite), 'EROFS');
    await expectErrno(client.call(m.Tremove, { fid }, m.Rclunk), 'EROFS');
    await expectErrno(client.clunk(fid), 'EBADF');
    const again = await client.walk('hello');
    await expectErrno(client.call(m.Tlopen, { fid: again, flags: 2 }, m.Rlopen), 'EROFS');
  });

  test('grants locks', async () => {
    const client = await connect();
    const fid = await client.open('hello');
    const lock = { fid, type: 1, flags: 1, start: 0, length: 0, procId: 1, clientId: 'c' };
    expect(await client.call(m.Tlock, lock, m.Rlock)).toEqual({ status: 0 });
    expect(await client.call(m.Tgetlock, lock, m.Rgetlock)).toMatchObject({ type: 2, clientId: 'c' });
  });
});

describe('a writable file', () => {
  test('gets writes, changes and one close an open', async () => {
    const log: unknown[] = [];
    const file = Object.assign(new MemoryRegular('', 'sync'), {
      open: (flags: number) => void log.push(['open', flags]),
      close: () => void log.push(['close']),
      write: (offset: number, data: Uint8Array) => {
        log.push(['write', offset, [...data]]);
        return data.length;
      },
      setattr: (change: object) => void log.push(['setattr', change]),
      fsync: () => void log.push(['fsync']),
    });
    const client = await connect(new MemoryDirectory({ file }, 'sync'));
    const fid = await client.walk('file');
    const time = { seconds: 5, nanoseconds: 6 };
    const change = {
      fid,
      valid: 8 | 0x20 | 0x10 | 0x80,
      mode: 0,
      uid: 0,
      gid: 0,
      size: 3,
      atime: time,
      mtime: time,
    };
    await client.call(m.Tsetattr, change, m.Rsetattr);
    await client.call(m.Tlopen, { fid, flags: 1 }, m.Rlopen);
    expect(await client.call(m.Twrite, { fid, offset: 2, data: new Uint8Array([7, 8]) }, m.Rwrite)).toEqual({
      count: 2,
    });
    await client.call(m.Tfsync, { fid, datasync: 0 }, m.Rfsync);
    await client.clunk(fid);
    expect(log).toEqual([
      ['setattr', { size: 3, atime: time, mtime: 'now' }],
      ['open', 1],
      ['write', 2, [7, 8]],
      ['fsync'],
      ['close'],
    ]);
  });
});

describe('requests that wait', () => {
  test('are overtaken by others', async () => {
    const slow = new SlowFile();
    const client = await connect(new MemoryDirectory({ slow }, 'sync'));
    const fid = await client.open('slow');
    const read = client.call(m.Tread, { fid, offset: 0, count: 4 }, m.Rread);
    expect((await client.stat()).mode).toBe(0o040755);
    slow.waiting[0]?.(new Uint8Array([1, 2, 3, 4]));
    expect([...(await read).data]).toEqual([1, 2, 3, 4]);
  });

  test('are ended by a flush, once, and say nothing later', async () => {
    const slow = new SlowFile();
    const server = new NinepServer(() => new MemoryDirectory({ slow }, 'sync'));
    const client = await TestClient.attached(server.handle9p);
    const fid = await client.open('slow');
    const replies: [number | undefined, number | undefined][] = [];
    const reply = (frame: Uint8Array) => {
      const header = readHeader(frame);
      replies.push([header?.type, header?.tag]);
    };
    server.handle9p(client.frame(m.Tread, { fid, offset: 0, count: 4 }, 500), reply);
    expect(server.pendingCount).toBe(1);
    server.handle9p(client.frame(m.Tflush, { oldtag: 500 }, 501), reply);
    server.handle9p(client.frame(m.Tread, { fid, offset: 0, count: 4 }, 500), reply);
    slow.waiting[0]?.(new Uint8Array(4));
    await Promise.resolve();
    expect(replies).toEqual([
      [m.Rlerror.type, 500],
      [m.Rflush.type, 501],
    ]);
    slow.waiting[1]?.(new Uint8Array(4));
    await new Promise((resolve) => setTimeout(resolve));
    expect(replies[2]).toEqual([m.Rread.type, 500]);
    expect(replies).toHaveLength(3);
  });

  test('leave no fid behind when they are flushed', async () => {
    const server = new NinepServer(() => memoryTree('async'));
    const client = await TestClient.attached(server.handle9p);
    const walk = client.send(client.frame(m.Twalk, { fid: 0, newfid: 7, names: ['dir'] }, 50));
    await client.call(m.Tflush, { oldtag: 50 }, m.Rflush);
    expect(() => decodeReply(new Uint8Array(), m.Rwalk, 50)).toThrow();
    expect(readHeader(await walk)?.type).toBe(m.Rlerror.type);
    await new Promise((resolve) => setTimeout(resolve));
    expect(server.fidCount).toBe(1);
    await client.call(m.Tflush, { oldtag: 9999 }, m.Rflush);
  });

  test('fail as their promise does', async () => {
    const file = Object.assign(new MemoryRegular('x', 'sync'), {
      read: () => Promise.reject(new Error('disk gone')),
    });
    const client = await connect(new MemoryDirectory({ file }, 'sync'));
    await expectErrno(client.readFile('file'), 'EIO');
  });
});

describe('bad frames', () => {
  test.each([
    ['nothing', [], errno.EBADMSG],
    ['half a header', [7, 0, 0, 0], errno.EBADMSG],
    ['a size smaller than a header', [3, 0, 0, 0, 120, 1, 0], errno.EBADMSG],
    ['a size larger than the frame', [99, 0, 0, 0, 120, 1, 0], errno.EBADMSG],
    ['a body cut short', [9, 0, 0, 0, 120, 1, 0, 1, 2], errno.EBADMSG],
    ['a reply', [7, 0, 0, 0, 121, 1, 0], errno.EOPNOTSUPP],
    ['an unknown type', [7, 0, 0, 0, 250, 1, 0], errno.EOPNOTSUPP],
  ])('%s', async (_, bytes, code) => {
    const client = await connect();
    const reply = await client.send(new Uint8Array(bytes));
    const tag = bytes.length < 7 ? noTag : 1;
    expect(() => decodeReply(reply, m.Rclunk, tag)).toThrow(
      Object.entries(errno).find(([, value]) => value === code)?.[0],
    );
  });

  const types = [8, 12, 22, 24, 26, 30, 40, 50, 52, 54, 100, 104, 108, 110, 116, 118, 120, 122];
  const body = fc.uint8Array({ maxLength: 60 });
  const smallFid = fc.integer({ min: 0, max: 3 });

  test('random ones get one whole reply each', async () => {
    const frame = fc
      .tuple(fc.oneof(fc.constantFrom(...types), fc.nat(255)), smallFid, body)
      .map(([type, fid, rest]) => {
        const whole = new Uint8Array(11 + rest.length);
        whole.set([whole.length, 0, 0, 0, type, 1, 0, fid, 0, 0, 0]);
        whole.set(rest, 11);
        return whole;
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 9, arbitrary: frame }, body), { maxLength: 30 }),
        async (frames) => {
          const client = await connect();
          for (const bytes of frames) {
            const reply = await client.send(bytes);
            expect(readHeader(reply)?.size).toBe(reply.length);
          }
        },
      ),
    );
  });
});
