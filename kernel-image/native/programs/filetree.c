/*
 * /bin/filetree: reads and makes trees of files for the engine, within the root that the agent has put it into. What
 * takes many system calls and no thought is done here; what it means is the worker's. Records are those of
 * worker/protocol/filetree.ts.
 *
 * usage: filetree stat PATH            tells of PATH
 *        filetree pack [-d] [-x] PATH  tells of PATH, then of it and all that is in it, sorted; -d with contents, -x
 *                                      with those extended attributes that images carry
 *        filetree unpack PATH SUFFIX   tells where PATH leads (with SUFFIX, a slash that says it is a directory), then
 *                                      makes what standard input says, up to the first thing that cannot be made
 *
 * Whatever is in the root may change at any time: directories are walked by descriptor and no link is followed in a
 * walk; a file that goes away is left out.
 */
#include "sys.h"

typedef long long s64;

enum {
	SYS_old_mmap = 90, SYS_umask = 60, SYS_getdents64 = 220, SYS_lsetxattr = 227, SYS_fsetxattr = 228,
	SYS_fgetxattr = 231, SYS_openat = 295, SYS_mkdirat = 296, SYS_mknodat = 297, SYS_fchownat = 298, SYS_unlinkat = 301,
	SYS_linkat = 303, SYS_symlinkat = 304, SYS_readlinkat = 305, SYS_fchmodat = 306, SYS_fchown32 = 207, SYS_fchmod = 94,
	SYS_statx = 383, SYS_utimensat_time64 = 412,
};
enum {
	ENOENT = 2, ENOMEM = 12, EEXIST = 17, ENOTDIR = 20, EISDIR = 21, ENAMETOOLONG = 36, ELOOP = 40,
	EPROTO = 71,
};
enum {
	AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_NO_AUTOMOUNT = 0x800, AT_EMPTY_PATH = 0x1000,
};
enum {
	O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_NONBLOCK = 04000, O_DIRECTORY = 0200000,
	O_NOFOLLOW = 0400000, O_LARGEFILE = 0100000,
};
enum { S_IFMT = 0170000, S_IFDIR = 0040000, S_IFREG = 0100000, S_IFLNK = 0120000 };
enum { STATX_BASIC_STATS = 0x7ff };

struct statx_time { s64 seconds; u32 nanoseconds; int reserved; };
struct statx {
	u32 mask, block_size;
	u64 attributes;
	u32 links, uid, gid;
	u16 mode, spare;
	u64 inode, size, blocks, attributes_mask;
	struct statx_time atime, btime, ctime, mtime;
	u32 major, minor, device_major, device_minor;
	u64 more[14];
};

/* One record; its name and its link follow, each with a closing NUL, then its extended attributes, then its contents. */
struct record {
	u32 length;                   /* of all but the contents */
	u8 kind, flags, unused[2];
	u32 mode, uid, gid, major, minor, links;
	u64 size;
	s64 seconds;
	u32 nanoseconds, device;
	u64 inode;
	u32 name_length, link_length, attributes_length, error;
};

enum { ENTRY = 1, FOUND = 2, END = 3, FAILURE = 4, TIMES = 5 };
enum { CONTENTS = 1, LINKED = 2, KEEP_KIND = 4, DESTINATION = 8, TO_LINK = 16 };

/* ------------------------------------------------------------------ bytes */

void *memcpy(void *to, const void *from, __SIZE_TYPE__ length)
{
	void *result = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
	return result;
}

void *memmove(void *to, const void *from, __SIZE_TYPE__ length)
{
	u8 *target = to;
	const u8 *source = from;
	if (target <= source) return memcpy(to, from, length);
	while (length--) target[length] = source[length];
	return to;
}

void *memset(void *to, int value, __SIZE_TYPE__ length)
{
	void *result = to;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
	return result;
}

static u32 length_of(const char *text)
{
	u32 length = 0;
	while (text[length]) length++;
	return length;
}

static int compare(const char *a, const char *b)
{
	while (*a && *a == *b) a++, b++;
	return (u8)*a - (u8)*b;
}

static u32 smaller(u32 a, u64 b) { return a < b ? a : (u32)b; }

static void __attribute__((noreturn)) leave(int code)
{
	for (;;) sys3(SYS_exit_group, code, 0, 0);
}

static void close_fd(int fd) { sys3(SYS_close, fd, 0, 0); }

/* ------------------------------------------------------------------ what is said */

static u8 out[128 * 1024];
static u32 out_used;

/* Nobody listens any more: there is nothing left to do. */
static void flush(void)
{
	u32 done = 0;
	while (done < out_used) {
		int result = sys3(SYS_write, 1, (int)(out + done), out_used - done);
		if (result == -EINTR) continue;
		if (result < 0) leave(1);
		done += result;
	}
	out_used = 0;
}

static void put(const void *bytes, u32 length)
{
	while (length) {
		u32 part = smaller(sizeof out - out_used, length);
		memcpy(out + out_used, bytes, part);
		out_used += part;
		bytes = (const u8 *)bytes + part;
		length -= part;
		if (out_used == sizeof out) flush();
	}
}

static void send_record(struct record *record, const char *name, const char *link, const u8 *attributes)
{
	record->name_length = length_of(name);
	record->link_length = length_of(link);
	record->length = sizeof *record + record->name_length + 1 + record->link_length + 1 + record->attributes_length;
	put(record, sizeof *record);
	put(name, record->name_length + 1);
	put(link, record->link_length + 1);
	put(attributes, record->attributes_length);
}

static void __attribute__((noreturn)) fail(const char *operation, const char *path, int result)
{
	struct record record;
	memset(&record, 0, sizeof record);
	record.kind = FAILURE;
	record.error = -result;
	send_record(&record, path, operation, 0);
	flush();
	leave(0);
}

static void __attribute__((noreturn)) finish(void)
{
	struct record record;
	memset(&record, 0, sizeof record);
	record.kind = END;
	send_record(&record, "", "", 0);
	flush();
	leave(0);
}

static struct record describe(int kind, const struct statx *stat)
{
	struct record record;
	memset(&record, 0, sizeof record);
	record.kind = kind;
	record.mode = stat->mode;
	record.uid = stat->uid;
	record.gid = stat->gid;
	record.major = stat->major;
	record.minor = stat->minor;
	record.links = stat->links;
	record.size = stat->size;
	record.seconds = stat->mtime.seconds;
	record.nanoseconds = stat->mtime.nanoseconds;
	record.device = stat->device_major << 20 | stat->device_minor;
	record.inode = stat->inode;
	return record;
}

/* ------------------------------------------------------------------ memory: names of directories being walked, and inodes */

/* Address space, of which only what is touched takes memory. */
static void *reserve(u32 size)
{
	struct { u32 address, length, protection, flags, fd, offset; } map = { 0, size, 3, 0x4022, ~0u, 0 };
	u32 result = sys3(SYS_old_mmap, (int)&map, 0, 0);
	if (result > -4096u) fail("mmap", "", (int)result);
	return (void *)result;
}

enum { NAMES_SIZE = 256 << 20 };
static u8 *names;
static u32 names_used;

static u8 *take(u32 size)
{
	u8 *result;
	if (!names) names = reserve(NAMES_SIZE);
	if (size > NAMES_SIZE - names_used) fail("readdir", "", -ENOMEM);
	result = names + names_used;
	names_used += size;
	return result;
}

/* Inodes with several names whose contents have been sent: open addressing, doubled when half full. */
struct seen { u64 inode; u32 device, used; };
static struct seen *seen;
static u32 seen_count, seen_capacity;

static int find_or_add(struct seen *table, u32 capacity, u64 inode, u32 device)
{
	u32 at = ((u32)inode * 2654435761u ^ device) & (capacity - 1);
	for (; table[at].used; at = (at + 1) & (capacity - 1))
		if (table[at].inode == inode && table[at].device == device) return 1;
	table[at].inode = inode;
	table[at].device = device;
	table[at].used = 1;
	return 0;
}

/* The old table is left where it is: all of them together are no larger than the new one. */
static void grow_seen(void)
{
	u32 capacity = seen_capacity ? seen_capacity * 2 : 1024, i;
	struct seen *larger = reserve(capacity * sizeof *larger);
	for (i = 0; i < seen_capacity; i++)
		if (seen[i].used) find_or_add(larger, capacity, seen[i].inode, seen[i].device);
	seen = larger;
	seen_capacity = capacity;
}

static int was_seen(const struct statx *stat)
{
	if (seen_count * 2 >= seen_capacity) grow_seen();
	if (find_or_add(seen, seen_capacity, stat->inode, stat->device_major << 20 | stat->device_minor)) return 1;
	seen_count++;
	return 0;
}

/* ------------------------------------------------------------------ files */

static int stat_at(int directory, const char *name, int flags, struct statx *stat)
{
	return sys5(SYS_statx, directory, (int)name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, (int)stat);
}

static int stat_link(const char *path, struct statx *stat)
{
	return stat_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, stat);
}

static int is(const struct statx *stat, int type) { return (stat->mode & S_IFMT) == type; }

/* What is not a directory or a regular file is never opened; one that has become something else does not block. */
static int open_at(int directory, const char *name, int flags)
{
	return sys5(SYS_openat, directory, (int)name, flags | O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE, 0, 0);
}

static int by_byte(char *const *list, u32 a, u32 b) { return compare(list[a], list[b]); }

static void sift(char **list, u32 root, u32 count)
{
	for (;;) {
		u32 child = root * 2 + 1;
		char *swap;
		if (child >= count) return;
		if (child + 1 < count && by_byte(list, child, child + 1) < 0) child++;
		if (by_byte(list, root, child) >= 0) return;
		swap = list[root], list[root] = list[child], list[child] = swap;
		root = child;
	}
}

static void sort(char **list, u32 count)
{
	u32 i;
	for (i = count / 2; i-- > 0;) sift(list, i, count);
	for (i = count; i-- > 1;) {
		char *swap = list[0];
		list[0] = list[i], list[i] = swap;
		sift(list, 0, i);
	}
}

/* The names in a directory, sorted by their bytes. They lie above the mark that the caller sets names_used back to. */
static char **list_names(int fd, u32 *count)
{
	static u8 buffer[32768];
	char *name = (char *)take(0), **list;
	u32 total = 0, i;
	int got, at;

	while ((got = sys3(SYS_getdents64, fd, (int)buffer, sizeof buffer)) > 0)
		for (at = 0; at < got; at += buffer[at + 16] | buffer[at + 17] << 8) {
			const char *entry = (const char *)buffer + at + 19;
			u32 length = length_of(entry);
			if (entry[0] == '.' && (!entry[1] || (entry[1] == '.' && !entry[2]))) continue;
			memcpy(take(length + 1), entry, length + 1);
			total++;
		}
	take(-names_used & 3);
	list = (char **)take(total * sizeof *list);
	for (i = 0; i < total; i++, name += length_of(name) + 1) list[i] = name;
	sort(list, total);
	*count = total;
	return list;
}

/* ------------------------------------------------------------------ paths */

static char resolved[8192];
static u32 resolved_length;

static void drop_component(void)
{
	while (resolved_length && resolved[--resolved_length] != '/') {}
	resolved[resolved_length] = 0;
}

/*
 * Where an absolute path leads with all links followed, as text in `resolved`. A lenient caller may name what is not
 * there; a strict one gets ENOENT, and ENOTDIR where a path goes on after a file.
 */
static int resolve(const char *path, int lenient)
{
	static char todo[65536], target[4096];
	u32 start = sizeof todo - 1 - length_of(path), links = 0;
	struct statx stat;

	if (start > sizeof todo) return -ENAMETOOLONG;
	memcpy(todo + start, path, length_of(path) + 1);
	resolved_length = 0;
	for (;;) {
		u32 length = 0;
		int result;
		while (todo[start] == '/') start++;
		while (todo[start + length] && todo[start + length] != '/') length++;
		if (!length) break;
		start += length;
		if (length == 1 && todo[start - 1] == '.') continue;
		if (length == 2 && todo[start - 1] == '.' && todo[start - 2] == '.') {
			drop_component();
			continue;
		}
		if (resolved_length + length + 2 > sizeof resolved) return -ENAMETOOLONG;
		resolved[resolved_length++] = '/';
		memcpy(resolved + resolved_length, todo + start - length, length);
		resolved_length += length;
		resolved[resolved_length] = 0;
		result = stat_link(resolved, &stat);
		if (result == -ENOENT && lenient) continue;
		if (result < 0) return result;
		if (!is(&stat, S_IFLNK)) {
			u32 rest = start;
			while (todo[rest] == '/') rest++;
			if (!is(&stat, S_IFDIR) && todo[rest] && !lenient) return -ENOTDIR;
			continue;
		}
		result = sys5(SYS_readlinkat, AT_FDCWD, (int)resolved, (int)target, sizeof target, 0);
		if (result < 0) return result;
		if (++links > 255 || (u32)result > start) return -ELOOP;
		drop_component();
		if (target[0] == '/') resolved_length = 0;
		start -= result;
		memcpy(todo + start, target, result);
	}
	if (!resolved_length) resolved[resolved_length++] = '/';
	resolved[resolved_length] = 0;
	return 0;
}

/* Tells of a path, of a link also where it leads. */
static void tell(const char *path)
{
	struct statx stat;
	struct record record;
	int result = stat_link(path, &stat);

	if (result < 0) fail("lstat", path, result);
	if (is(&stat, S_IFLNK) && (result = resolve(path, 1)) < 0) fail("lstat", path, result);
	record = describe(FOUND, &stat);
	send_record(&record, path, is(&stat, S_IFLNK) ? resolved : "", 0);
}

/* ------------------------------------------------------------------ pack */

static int with_contents, with_attributes;
static char path[65536];

/* u32 length of the name, u32 length of the value, both. Returns the length of it all. */
static u32 read_attribute(int fd, const char *name, u8 *to, u32 room)
{
	u32 length = length_of(name);
	int size = sys5(SYS_fgetxattr, fd, (int)name, (int)(to + 8 + length), room - 8 - length, 0);
	if (size < 0) return 0;
	memcpy(to, &length, 4);
	memcpy(to + 4, &size, 4);
	memcpy(to + 8, name, length);
	return 8 + length + size;
}

/* Exactly as many bytes as were promised: a file that has become shorter is filled up. */
static void put_contents(int fd, u64 size)
{
	while (size) {
		u32 room = smaller(sizeof out - out_used, size);
		int got = sys3(SYS_read, fd, (int)(out + out_used), room);
		if (got == -EINTR) continue;
		if (got < 0) leave(1);
		if (got == 0) memset(out + out_used, 0, got = room);
		out_used += got;
		size -= got;
		if (out_used == sizeof out) flush();
	}
}

static void pack_children(int fd, u32 path_length);

/* One entry, by its name in a directory; its path below the root of the walk is in `path`. */
static void pack_entry(int directory, const char *name, u32 path_length)
{
	static u8 attributes[1024];
	static char target[4097];
	struct statx stat;
	struct record record;
	int fd = -1, length;

	if (stat_at(directory, name, AT_SYMLINK_NOFOLLOW, &stat) < 0) return;
	target[0] = 0;
	if (is(&stat, S_IFLNK)) {
		length = sys5(SYS_readlinkat, directory, (int)name, (int)target, sizeof target - 1, 0);
		if (length < 0) return;
		target[length] = 0;
	} else if (is(&stat, S_IFDIR)) {
		fd = open_at(directory, name, O_RDONLY | O_DIRECTORY);
	} else if (is(&stat, S_IFREG) && (with_contents || with_attributes)) {
		fd = open_at(directory, name, O_RDONLY);
		if (fd < 0 || stat_at(fd, "", AT_EMPTY_PATH, &stat) < 0 || !is(&stat, S_IFREG)) {
			if (fd >= 0) close_fd(fd);
			return;
		}
	}
	record = describe(ENTRY, &stat);
	if (with_contents && !is(&stat, S_IFDIR) && stat.links > 1 && was_seen(&stat)) record.flags |= LINKED;
	else if (with_contents && is(&stat, S_IFREG)) record.flags |= CONTENTS;
	if (with_attributes && fd >= 0 && !(record.flags & LINKED))
		record.attributes_length = read_attribute(
			fd, is(&stat, S_IFDIR) ? "trusted.overlay.opaque" : "security.capability", attributes, sizeof attributes);
	path[path_length] = 0;
	send_record(&record, path, target, attributes);
	if (record.flags & CONTENTS) put_contents(fd, stat.size);
	if (is(&stat, S_IFDIR) && fd >= 0) pack_children(fd, path_length);
	if (fd >= 0) close_fd(fd);
}

static void pack_children(int fd, u32 path_length)
{
	u32 mark = names_used, count, i;
	char **list = list_names(fd, &count);

	for (i = 0; i < count; i++) {
		u32 at = path_length, length = length_of(list[i]);
		if (at + length + 2 > sizeof path) continue;
		if (at) path[at++] = '/';
		memcpy(path + at, list[i], length);
		pack_entry(fd, list[i], at + length);
	}
	names_used = mark;
}

/* ------------------------------------------------------------------ unpack */

static u8 in[256 * 1024];
static u32 in_start, in_end;

/* Reads until so many bytes lie together. An end before that is somebody's who has given up. */
static void need(u32 length)
{
	if (length > sizeof in) fail("read", "", -EPROTO);
	if (in_end - in_start >= length) return;
	memmove(in, in + in_start, in_end - in_start);
	in_end -= in_start;
	in_start = 0;
	while (in_end < length) {
		int got = sys3(SYS_read, 0, (int)(in + in_end), sizeof in - in_end);
		if (got == -EINTR) continue;
		if (got <= 0) leave(1);
		in_end += got;
	}
}

/* The contents of a record go to a descriptor, or nowhere. */
static void take_contents(int fd, const char *path, u64 size)
{
	while (size) {
		u32 part;
		int done;
		if (in_start == in_end) in_start = in_end = 0, need(1);
		part = smaller(in_end - in_start, size);
		done = fd < 0 ? (int)part : sys3(SYS_write, fd, (int)(in + in_start), part);
		if (done == -EINTR) continue;
		if (done < 0) fail("write", path, done);
		in_start += done;
		size -= done;
	}
}

static void remove_children(int fd, const char *path);

/* Removes whatever has this name, and all that is in it. */
static void remove_all(int directory, const char *name, const char *path)
{
	int result = sys3(SYS_unlinkat, directory, (int)name, 0), fd;

	if (result == 0 || result == -ENOENT) return;
	if (result != -EISDIR) fail("unlinkat", path, result);
	fd = open_at(directory, name, O_RDONLY | O_DIRECTORY);
	if (fd >= 0) {
		remove_children(fd, path);
		close_fd(fd);
	}
	result = sys3(SYS_unlinkat, directory, (int)name, AT_REMOVEDIR);
	if (result < 0 && result != -ENOENT) fail("unlinkat", path, result);
}

static void remove_children(int fd, const char *path)
{
	u32 mark = names_used, count, i;
	char **list = list_names(fd, &count);

	for (i = 0; i < count; i++) remove_all(fd, list[i], path);
	names_used = mark;
}

/* Makes the directories above a path that no entry has told of. Those of the last entry are known to be there. */
static void make_parents(char *path)
{
	static char known[8192];
	struct statx stat;
	u32 end = length_of(path), at;

	while (end > 1 && path[end] != '/') end--;
	if (end <= 1 || end >= sizeof known) return;
	path[end] = 0;
	if (compare(path, known) != 0 && stat_link(path, &stat) == -ENOENT) {
		for (at = 1; at <= end; at++) {
			char kept = path[at];
			int result;
			if (kept != '/' && at < end) continue;
			path[at] = 0;
			result = sys3(SYS_mkdirat, AT_FDCWD, (int)path, 0755);
			if (result < 0 && result != -EEXIST) fail("mkdir", path, result);
			path[at] = kept;
		}
	}
	memcpy(known, path, end + 1);
	path[end] = '/';
}

static void set_times(const struct record *record, const char *path)
{
	struct timespec64 times[2] = { { record->seconds, record->nanoseconds }, { record->seconds, record->nanoseconds } };
	int result = sys5(SYS_utimensat_time64, AT_FDCWD, (int)path, (int)times, AT_SYMLINK_NOFOLLOW, 0);
	if (result < 0) fail("chtimes", path, result);
}

/* The kernel's answer of the first attribute that cannot be set; one that must not be (EPERM) is left out. */
static void set_attributes(const struct record *record, const u8 *at, int fd, const char *path)
{
	const u8 *end = at + record->attributes_length;

	while (at < end) {
		char name[256];
		u32 length, size;
		int result;
		memcpy(&length, at, 4);
		memcpy(&size, at + 4, 4);
		if (length >= sizeof name || size > sizeof in || at + 8 + length + size > end) fail("lsetxattr", path, -EPROTO);
		memcpy(name, at + 8, length);
		name[length] = 0;
		at += 8 + length;
		result = fd >= 0 ? sys5(SYS_fsetxattr, fd, (int)name, (int)at, size, 0)
				 : sys5(SYS_lsetxattr, (int)path, (int)name, (int)at, size, 0);
		if (result < 0 && result != -EPERM) fail("lsetxattr", path, result);
		at += size;
	}
}

/*
 * The owner and the mode of what was made just now, by its descriptor or its path. Mostly the kernel has set them as they
 * should be, and looking costs far less than setting; a new owner takes bits of the mode away.
 */
static void set_owner_and_mode(const struct record *record, int fd, const char *path, int has_mode)
{
	u32 mode = record->mode & 07777;
	struct statx stat;
	int result = fd >= 0 ? stat_at(fd, "", AT_EMPTY_PATH, &stat) : stat_link(path, &stat);

	if (result < 0) fail("lstat", path, result);
	if (stat.uid != record->uid || stat.gid != record->gid) {
		result = fd >= 0 ? sys3(SYS_fchown32, fd, record->uid, record->gid)
				 : sys5(SYS_fchownat, AT_FDCWD, (int)path, record->uid, record->gid, AT_SYMLINK_NOFOLLOW);
		if (result < 0) fail("lchown", path, result);
	} else if ((stat.mode & 07777) == mode) return;
	if (!has_mode) return;
	result = fd >= 0 ? sys3(SYS_fchmod, fd, mode, 0) : sys3(SYS_fchmodat, AT_FDCWD, (int)path, mode);
	if (result < 0) fail("chmod", path, result);
}

static void make_file(const struct record *record, const char *path, const u8 *attributes)
{
	static u8 kept[sizeof in];
	struct timespec64 times[2] = { { record->seconds, record->nanoseconds }, { record->seconds, record->nanoseconds } };
	int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE;
	int fd = sys5(SYS_openat, AT_FDCWD, (int)path, flags, record->mode & 07777, 0), result;

	if (fd < 0) fail("open", path, fd);
	/* What lies in `in` moves when more is read, and what is written or given away loses its capabilities. */
	memcpy(kept, attributes, record->attributes_length);
	in_start += record->length;
	take_contents(fd, path, record->size);
	set_owner_and_mode(record, fd, path, 1);
	set_attributes(record, kept, fd, path);
	if ((result = sys5(SYS_utimensat_time64, fd, 0, (int)times, 0, 0)) < 0) fail("chtimes", path, result);
	close_fd(fd);
}

/* i386's encoding of a device number. */
static u32 device_number(u32 major, u32 minor) { return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12); }

static void make_other(const struct record *record, const char *path, const char *link, const u8 *attributes)
{
	u32 type = record->mode & S_IFMT, mode = record->mode & 07777;
	const char *operation = "mknod";
	int result, is_link = type == S_IFLNK || (record->flags & TO_LINK);

	if (record->flags & LINKED) operation = "link", result = sys5(SYS_linkat, AT_FDCWD, (int)link, AT_FDCWD, (int)path, 0);
	else if (type == S_IFLNK) operation = "symlink", result = sys3(SYS_symlinkat, (int)link, AT_FDCWD, (int)path);
	else if (type == S_IFDIR) operation = "mkdir", result = sys3(SYS_mkdirat, AT_FDCWD, (int)path, mode);
	else result = sys5(SYS_mknodat, AT_FDCWD, (int)path, record->mode, device_number(record->major, record->minor), 0);
	if (result < 0) fail(operation, path, result);
	set_owner_and_mode(record, -1, path, !is_link);
	set_attributes(record, attributes, -1, path);
	set_times(record, path);
	in_start += record->length;
}

/* A directory that is there already takes the entry's owner, attributes, mode and times. */
static void merge_directory(const struct record *record, const char *path, const u8 *attributes)
{
	set_owner_and_mode(record, -1, path, 1);
	set_attributes(record, attributes, -1, path);
	set_times(record, path);
	in_start += record->length;
}

static int is_link_at(const char *path)
{
	struct statx stat;
	return stat_link(path, &stat) == 0 && is(&stat, S_IFLNK);
}

static void unpack_entry(struct record *record, char *path, char *link, const u8 *attributes)
{
	int is_directory = (record->mode & S_IFMT) == S_IFDIR && !(record->flags & LINKED);
	struct statx stat;

	make_parents(path);
	if (stat_link(path, &stat) == 0) {
		int was_directory = is(&stat, S_IFDIR);
		if ((record->flags & KEEP_KIND) && was_directory != is_directory) fail("overwrite", path, was_directory ? -EISDIR : -ENOTDIR);
		if (was_directory && (record->flags & DESTINATION)) {
			in_start += record->length;
			take_contents(-1, path, record->flags & CONTENTS ? record->size : 0);
			return;
		}
		if (was_directory && is_directory) {
			merge_directory(record, path, attributes);
			return;
		}
		remove_all(AT_FDCWD, path, path);
	}
	if (record->flags & CONTENTS) make_file(record, path, attributes);
	else {
		if ((record->flags & LINKED) && is_link_at(link)) record->flags |= TO_LINK;
		make_other(record, path, link, attributes);
	}
}

static void unpack(void)
{
	for (;;) {
		static struct record record;
		static char target[4097];
		char *name, *link;
		u8 *attributes;
		need(sizeof record);
		memcpy(&record, in + in_start, sizeof record);
		need(record.length);
		name = (char *)in + in_start + sizeof record;
		link = name + record.name_length + 1;
		attributes = (u8 *)link + record.link_length + 1;
		if (record.kind == END) finish();
		if (record.name_length >= sizeof target || record.link_length >= sizeof target) {
			in_start += record.length;
			fail(record.link_length >= sizeof target ? "link" : "lstat", name, -ENAMETOOLONG);
		}
		/* The record may move while its contents are read; its name is needed for what goes wrong then. */
		memcpy(target, name, record.name_length + 1);
		if (record.kind == TIMES) {
			set_times(&record, target);
			in_start += record.length;
		} else if (record.kind == ENTRY) unpack_entry(&record, target, link, attributes);
		else fail("read", "", -EPROTO);
	}
}

/* Where a path leads, with links followed at its end too. */
static void tell_destination(const char *path, const char *suffix)
{
	struct statx stat;
	struct record record;
	int result = resolve(path, 0);

	if (result < 0) fail("lstat", resolved_length ? resolved : path, result);
	if (*suffix && resolved_length > 1) memcpy(resolved + resolved_length, suffix, length_of(suffix) + 1);
	if ((result = stat_link(resolved, &stat)) < 0) fail("lstat", resolved, result);
	record = describe(FOUND, &stat);
	resolved[resolved_length] = 0;
	send_record(&record, resolved, "", 0);
	flush();
}

/* ------------------------------------------------------------------ the start */

__attribute__((noreturn, used)) void start(int *stack)
{
	int argc = stack[0], i;
	char **argv = (char **)(stack + 1);

	if (argc < 3) leave(2);
	sys3(SYS_umask, 0, 0, 0);
	for (i = 2; i < argc - 1 && argv[i][0] == '-'; i++) {
		if (argv[i][1] == 'd') with_contents = 1;
		if (argv[i][1] == 'x') with_attributes = 1;
	}
	if (argv[1][0] == 'u') {
		tell_destination(argv[2], argc > 3 ? argv[3] : "");
		unpack();
	}
	tell(argv[i]);
	if (argv[1][0] == 'p') pack_entry(AT_FDCWD, argv[i], 0);
	finish();
}

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovl %esp, %eax\n\tandl $-16, %esp\n\tsubl $12, %esp\n\tpushl %eax\n\tcall start\n");
