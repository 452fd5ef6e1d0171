import type { ContainerSpec, ProcessSpec, Identity } from '../../../worker/protocol/agent.ts';
import { check, errno, RequestError } from '../kernel/errors.ts';
import { control, flags, close, mkdirs, open } from '../kernel/files.ts';
import { mount, ms } from '../kernel/mounts.ts';
import { nr } from '../kernel/numbers.ts';
import { namespace } from '../process/clone.ts';
import { execute } from '../process/execute.ts';
import type { Child } from '../process/processes.ts';
import { giveTerminal } from '../process/terminal.ts';
import { attachFilter, type Privileges } from './privileges.ts';
import { configureNetwork, plugIn } from './network.ts';
import { enterRoot, sealRoot } from './rootfs.ts';
import type { DeviceNode } from './devices.ts';
import { joinNamespaces, type Namespaces, openSharedMemory } from './namespaces.ts';
import { identify } from './users.ts';

/** In a child that has its new namespaces: joins the others, and becomes the container's first process. */
export function becomeContainer(spec: ContainerSpec, start: Start, child: Child): never {
  const { privileges, namespaces, devices, root } = start;
  check('umask', syscall(nr.umask, 0));
  if (spec.cgroupNamespace !== 'host') check('unshare', syscall(nr.unshare, namespace.NEWCGROUP));
  const sharedMemory = openSharedMemory(spec, namespaces);
  joinNamespaces(namespaces);
  if (spec.uts !== 'host') setNames(spec);
  plugIn(spec, namespaces.spare !== undefined);
  enterRoot(spec, root, devices, sharedMemory);
  if (spec.network === 'own') configureNetwork(spec);
  const terminal = child.connect('/dev/pts/ptmx');
  if (terminal) addConsole();
  sealRoot(spec);
  const args = spec.init ? ['/sbin/docker-init', '--', ...spec.process.args] : spec.process.args;
  becomeProcess(spec.process, args, privileges, terminal?.slave);
}

/** What the agent has worked out for a container before its first process is there. */
export interface Start {
  readonly privileges: Privileges;
  readonly namespaces: Namespaces;
  /** That were asked for by name. */
  readonly devices: readonly DeviceNode[];
  /** The overlay mount of its layers, detached. */
  readonly root: number;
}

function setNames({ hostname, domainname = '(none)' }: ContainerSpec): void {
  check('sethostname', syscall(nr.sethostname, hostname, byteLength(hostname)));
  check('setdomainname', syscall(nr.setdomainname, domainname, byteLength(domainname)));
}

/** In a child that has joined a container: becomes a further process of it. */
export function becomeFurther(process: ProcessSpec, privileges: Privileges, child: Child): never {
  const terminal = child.connect('/dev/pts/ptmx');
  becomeProcess(process, process.args, privileges, terminal?.slave);
}

function becomeProcess(
  process: ProcessSpec,
  args: readonly string[],
  privileges: Privileges,
  terminal: number | undefined,
): never {
  const identity = process.identity ?? identify(process.user, process.groups ?? []);
  if (terminal !== undefined) giveTerminal(terminal, identity.uid);
  else if (identity.uid !== 0) giveStreams(identity.uid);
  for (const [resource, soft, hard] of process.rlimits ?? []) setLimit(resource, soft, hard);
  if (process.oomScoreAdj) control('/proc/self/oom_score_adj', String(process.oomScoreAdj));
  enterDirectory(process.cwd);
  takeIdentity(process, privileges, identity);
  check('umask', syscall(nr.umask, 0o022));
  execute(args, withHome(process.env, identity.home));
}

/** Without no_new_privs a filter needs CAP_SYS_ADMIN, so it comes before that is dropped. */
function takeIdentity(process: ProcessSpec, privileges: Privileges, identity: Identity): void {
  if (process.noNewPrivileges) check('no_new_privs', syscall(nr.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  privileges.drops.run();
  if (process.seccomp === 'default') privileges.seccomp.run();
  else if (process.seccomp !== 'unconfined') attachFilter(process.seccomp);
  check('setgroups', syscall(nr.setgroups32, identity.groups.length, new Uint32Array(identity.groups)));
  check('setgid', syscall(nr.setresgid32, identity.gid, identity.gid, identity.gid));
  check('setuid', syscall(nr.setresuid32, identity.uid, identity.uid, identity.uid));
  if (identity.uid === 0) privileges.capset.run();
}

const PR_SET_NO_NEW_PRIVS = 38;

function withHome(env: readonly string[], home: string): readonly string[] {
  const others = env.filter((entry) => entry !== 'HOME=');
  return others.some((entry) => entry.startsWith('HOME=')) ? others : [...others, `HOME=${home}`];
}

function setLimit(resource: number, soft: number, hard: number): void {
  const limit = new Int32Array([soft, soft < 0 ? -1 : 0, hard, hard < 0 ? -1 : 0]);
  check('rlimit', syscall(nr.prlimit64, 0, resource, limit, null));
}

/** So that a program that is not root may open /dev/stdout, as runc sees to. What is not a pipe refuses, and may. */
function giveStreams(uid: number): void {
  for (const fd of [0, 1, 2]) syscall(nr.fchown32, fd, uid, -1);
}

/** The working directory is made when it is missing, as runc does. */
function enterDirectory(path: string): void {
  if (!path.startsWith('/')) throw new RequestError('EINVAL', 'cwd', `Cwd must be an absolute path: ${path}`);
  const result = syscall(nr.chdir, path);
  if (result === -errno.ENOENT) {
    mkdirs(path);
    check(`chdir to cwd ("${path}") set in config.json failed`, syscall(nr.chdir, path));
  } else check(`chdir to cwd ("${path}") set in config.json failed`, result);
  requireInside();
}

/** getcwd(2): outside the root the path does not begin with a slash. */
function requireInside(): void {
  const path = new Uint8Array(4096);
  check('getcwd', syscall(nr.getcwd, path, path.length));
  if (path[0] !== slash)
    throw new RequestError('EPERM', 'cwd', 'current working directory is outside of the container');
}

const slash = 0x2f;

/** /dev/console is the container's terminal, the first of its own devpts. */
function addConsole(): void {
  close(open('/dev/console', flags.O_WRONLY | flags.O_CREAT, 0o620));
  mount('/dev/pts/0', '/dev/console', 'bind', ms.BIND);
}

function byteLength(text: string): number {
  return encode(text).byteLength - 1;
}
