import type { Identity } from '../../protocol/agent.ts';

/** Lines of /etc/passwd or /etc/group, in their fields. */
export type Table = readonly (readonly string[])[];

export function parseTable(text: string): Table {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

/**
 * Looks `name|uid[:group|gid]` up as moby's user.GetExecUser does: numbers need no entry, an entry brings the primary
 * group and home, and without an explicit group the user is in every group that lists its name. Undefined when there is
 * no such user or group: the agent says so.
 */
export function identify(
  { users, groups }: { users: Table; groups: Table },
  user: string,
  extraGroups: readonly string[],
): Identity | undefined {
  const [userPart = '', groupPart = ''] = user.split(':');
  const entry = find(users, userPart || '0') ?? users.find((line) => line[2] === (userPart || '0'));
  const uid = id(entry?.[2] ?? (userPart || '0'));
  const gid = groupPart === '' ? id(entry?.[3] ?? '0') : groupId(groups, groupPart);
  const listed = groupPart === '' ? memberships(groups, entry?.[0] ?? userPart) : [];
  const all = [gid, ...listed, ...extraGroups.map((name) => groupId(groups, name))];
  if (uid === undefined || gid === undefined || !all.every((one) => one !== undefined)) return undefined;
  return { uid, gid, groups: [...new Set(all)], home: entry?.[5] || '/' };
}

function memberships(groups: Table, name: string): (number | undefined)[] {
  return groups.filter((group) => (group[3] ?? '').split(',').includes(name)).map((group) => id(group[2]));
}

function groupId(groups: Table, wanted: string): number | undefined {
  return id(find(groups, wanted)?.[2] ?? wanted);
}

function find(table: Table, name: string): readonly string[] | undefined {
  return table.find((line) => line[0] === name);
}

/** As the kernel's numbers go; undefined for what is none. */
function id(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= 0x7fffffff
    ? Number(text)
    : undefined;
}
