/*
 * Calls of the docker program that are no system calls of Linux but many of them: `programCall` of
 * worker/protocol/cli.ts. A tree of a thousand files is a few messages this way, not some thousands.
 */
#ifndef BOTTLESHIP_MANY_FILES_H
#define BOTTLESHIP_MANY_FILES_H

enum { P_FIRST = 0x10000, P_LIST = P_FIRST, P_CONTENTS };
enum { SYS_readlinkat = 305, SYS_llseek = 140, SYS_lgetxattr = 230, SYS_getdents64 = 220, SYS_statx = 383 };
enum { ENOENT = 2, ENAMETOOLONG = 36 };
enum { O_NONBLOCK = 04000, O_NOFOLLOW = 0400000, O_LARGEFILE = 0100000, O_CLOEXEC = 02000000 };
enum { AT_SYMLINK_NOFOLLOW = 0x100, AT_NO_AUTOMOUNT = 0x800, STATX_BASIC_STATS = 0x7ff };
enum { S_IFMT = 0170000, S_IFREG = 0100000, S_IFLNK = 0120000 };
enum { STAT_SIZE = 144, MODE_AT = 28, LISTED_FIXED = STAT_SIZE + 8, LONGEST_LINK = 4096, LONGEST_CAPABILITY = 64 };
/* Of one entry; the kernel writes 256 bytes where a struct statx is, of which the first 144 are sent. */
enum { LONGEST_LISTED = LISTED_FIXED + 256 + LONGEST_LINK + LONGEST_CAPABILITY };

static u32 get16(const u8 *at) { return at[0] | at[1] << 8; }

static void put16(u8 *at, u32 value) { memcpy(at, &value, 2); }

/* A signal that is only noted interrupts nothing. */
static int whole_call(int number, int a, int b, int c, int d, int e)
{
	int result;
	do result = sys5(number, a, b, c, d, e);
	while (result == -EINTR);
	return result;
}

/* `path` is the directory's, for what the kernel does only by path. */
static int capability_of(const char *path, const char *name, u8 *to)
{
	static char whole[4096 + 256];
	u32 length = length_of(path), name_length = length_of(name);
	int result;
	if (length + 1 + name_length >= sizeof whole) return -ENAMETOOLONG;
	memcpy(whole, path, length);
	whole[length] = '/';
	memcpy(whole + length + 1, name, name_length + 1);
	result = whole_call(SYS_lgetxattr, (int)whole, (int)"security.capability", (int)to, LONGEST_CAPABILITY, 0);
	/* Most have none, and some file systems know none. */
	return result < 0 ? 0 : result;
}

/* One entry as a record; 0 for one that has gone meanwhile. */
static int list_entry(int directory, const char *path, const char *name, u8 *to)
{
	u32 name_length = length_of(name), used = LISTED_FIXED + name_length, type;
	int link = 0, capability = 0, result;
	result = whole_call(SYS_statx, directory, (int)name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, (int)to);
	if (result < 0) return result == -ENOENT ? 0 : result;
	type = get16(to + MODE_AT) & S_IFMT;
	memcpy(to + LISTED_FIXED, name, name_length);
	if (type == S_IFLNK) link = whole_call(SYS_readlinkat, directory, (int)name, (int)(to + used), LONGEST_LINK, 0);
	else if (type == S_IFREG && path[0]) capability = capability_of(path, name, to + used);
	if (link < 0) return link == -ENOENT ? 0 : link;
	if (capability < 0) return capability;
	put16(to + STAT_SIZE, name_length);
	put16(to + STAT_SIZE + 2, link);
	put16(to + STAT_SIZE + 4, capability);
	put16(to + STAT_SIZE + 6, 0);
	return used + link + capability;
}

/* As many entries as there is room for, from where the directory's offset is; nothing at its end. */
static int list_directory(int directory, const char *path, u8 *to, u32 room)
{
	static u8 entries[8192] __attribute__((aligned(8)));
	u64 next = 0, ignored;
	u32 used = 0;
	for (;;) {
		int got = whole_call(SYS_getdents64, directory, (int)entries, sizeof entries, 0, 0), at;
		if (got <= 0) return used ? (int)used : got;
		for (at = 0; at < got; at += get16(entries + at + 16)) {
			const char *name = (const char *)entries + at + 19;
			int result = 0;
			if (room - used < LONGEST_LISTED) {
				whole_call(SYS_llseek, directory, next >> 32, next, (int)&ignored, 0);
				return used;
			}
			if (name[0] != '.' || (name[1] && (name[1] != '.' || name[2])))
				result = list_entry(directory, path, name, to + used);
			if (result < 0) return result;
			used += result;
			memcpy(&next, entries + at + 8, 8);
		}
	}
}

/* What is no regular file any more is not waited for, and no link is followed. */
static int read_whole(const char *path, u8 *to, u32 size)
{
	u32 done = 0;
	int got = 1, fd = whole_call(SYS_open, (int)path, O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE | O_CLOEXEC, 0, 0, 0);
	if (fd < 0) return fd;
	while (done < size && got > 0) {
		got = whole_call(SYS_read, fd, (int)(to + done), size - done, 0, 0);
		if (got > 0) done += got;
	}
	sys3(SYS_close, fd, 0, 0);
	return got < 0 ? got : (int)done;
}

/* For each `u32 size, path NUL` of the request: i32 result, and as many bytes. */
static int read_contents(const u8 *request, u32 count, u8 *to, u32 room)
{
	u32 used = 0;
	while (count--) {
		u32 size = get32(request);
		const char *path = (const char *)request + 4;
		int result;
		if (room - used < 4) return used;
		if (size > room - used - 4) size = room - used - 4;
		result = read_whole(path, to + used + 4, size);
		put32(to + used, result);
		used += 4 + (result > 0 ? result : 0);
		request += 4 + length_of(path) + 1;
	}
	return used;
}

static int many_files(u32 number, const int *a)
{
	if (number == P_LIST) return list_directory(a[0], (const char *)a[1], (u8 *)a[2], a[3]);
	return read_contents((const u8 *)a[0], a[1], (u8 *)a[2], a[3]);
}

#endif
