import type { ErrnoName } from '../errno.ts';
import { NinepError } from '../errno.ts';
import type { Node } from '../fids.ts';
import { on } from '../handler.ts';
import type { MaybePromise } from '../maybe.ts';
import { andThen } from '../maybe.ts';
import { nameError } from '../name.ts';
import { Rwalk, Twalk } from '../messages.ts';
import type { Session } from '../session.ts';
import { unopened } from '../session.ts';

/** MAXWELEM of https://9fans.github.io/plan9port/man/man9/walk.html */
const maxNames = 16;

interface Walked {
  readonly nodes: Node[];
  /** Why the walk ended early. A value and no exception: a name that is not there is the usual case. */
  stopped: ErrnoName | undefined;
}

/**
 * "If the first element cannot be walked for any reason, Rerror is returned. Otherwise, the walk will return an Rwalk
 * message containing nwqid qids ... newfid will be affected only if nwqid == nwname."
 */
export const onWalk = on(Twalk, (session, { fid, newfid, names }) => {
  const { node } = mayWalk(session, fid, newfid);
  if (names.length > maxNames) throw new NinepError('EINVAL', 'too many names in a walk');
  return andThen(walkOn(node, names, { nodes: [], stopped: undefined }), ({ nodes, stopped }) => (out) => {
    if (stopped !== undefined && nodes.length === 0) return out.fail(stopped);
    if (stopped === undefined) session.fids.set(newfid, unopened(nodes.at(-1) ?? node));
    out.put(Rwalk, { qids: nodes.map(({ file }) => file.qid) });
  });
});

/** Linux clones open fids too; only replacing one in place would change what its opener reads. */
function mayWalk(session: Session, fid: number, newfid: number) {
  const from = session.fids.get(fid);
  if (newfid !== fid) session.fids.mustBeFree(newfid);
  else if (from.flags !== undefined) throw new NinepError('EBUSY', `fid ${fid} is open`);
  return from;
}

function walkOn(node: Node, names: readonly string[], walked: Walked): MaybePromise<Walked> {
  const name = names[walked.nodes.length];
  if (name === undefined) return walked;
  return andThen(step(node, name), (next) => {
    if (typeof next === 'string') {
      walked.stopped = next;
      return walked;
    }
    walked.nodes.push(next);
    return walkOn(next, names, walked);
  });
}

function step(node: Node, name: string): MaybePromise<Node | ErrnoName> {
  const { file } = node;
  if (file.lookup === undefined) return 'ENOTDIR';
  if (name === '..') return node.parent ?? node;
  const error = nameError(name);
  if (error !== undefined) return error;
  return andThen(file.lookup(name), (child) =>
    child === undefined ? 'ENOENT' : { file: child, parent: node },
  );
}
