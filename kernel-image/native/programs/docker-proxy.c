/*
 * docker-proxy: what makes a container's published ports answer on the machine. The agent has bound the sockets and
 * names for each descriptor where in the container its traffic goes. TCP connections and UDP conversations are carried
 * by one loop; one that fails takes nothing else with it.
 *
 * usage: docker-proxy {tcp|udp} DESCRIPTOR ADDRESS PORT [{tcp|udp} DESCRIPTOR ADDRESS PORT]...
 */
#include "sys.h"

enum { SYS_clock_gettime64 = 403, SYS_accept4 = 364, SYS_sendmsg = 370, SYS_recvmsg = 372, SYS_shutdown = 373 };
enum { AF_INET = 2, SOCK_DGRAM = 2, SOCK_NONBLOCK = 04000, SHUT_WR = 1, CLOCK_MONOTONIC = 1 };
enum { POLLERR = 8, POLLHUP = 16, EINPROGRESS = 115 };
enum { MAX_LISTENERS = 2048, MAX_FLOWS = 256, ROOM = 8192, NAME = 28 };
/* Seconds after which a UDP conversation without a word is over. */
enum { SILENCE = 90 };

struct address { u16 family, port; u32 host; u8 zero[8]; };
struct listener { int fd, is_udp; struct address target; };
struct message { void *name; int name_length; struct { void *bytes; u32 length; } *part; u32 parts; void *control; u32 controls, flags; };

/* One direction of a connection: what has been read from one side and not yet written to the other. */
struct way { u32 from, to; int ended, told; u8 bytes[ROOM]; };

/* A connection, or a conversation: side 0 is the client's (of UDP, the listener), side 1 the container's. */
struct flow {
	int used, is_udp, fd[2];
	struct way way[2];
	u8 client[NAME];
	int client_length;
	long long heard;
};

static struct listener listeners[MAX_LISTENERS];
static struct flow flows[MAX_FLOWS];
static struct pollfd polled[MAX_LISTENERS + 2 * MAX_FLOWS];
static int count;

void *memset(void *to, int value, __SIZE_TYPE__ length)
{
	void *result = to;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
	return result;
}

void *memcpy(void *to, const void *from, __SIZE_TYPE__ length)
{
	void *result = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
	return result;
}

static int same(const u8 *one, const u8 *other, int length)
{
	while (length-- > 0)
		if (*one++ != *other++)
			return 0;
	return 1;
}

static long long now(void)
{
	struct timespec64 time;

	sys3(SYS_clock_gettime64, CLOCK_MONOTONIC, (int)&time, 0);
	return time.seconds;
}

static void finish(struct flow *flow)
{
	sys3(SYS_close, flow->fd[1], 0, 0);
	if (!flow->is_udp)
		sys3(SYS_close, flow->fd[0], 0, 0);
	flow->used = 0;
}

/* A flow that is free, with a socket on its way to the container. A full table gives up the oldest conversation. */
static struct flow *begin(const struct listener *listener)
{
	struct flow *found = 0;
	int i, fd, result;

	for (i = 0; i < MAX_FLOWS; i++)
		if (!flows[i].used) {
			found = &flows[i];
			break;
		} else if (flows[i].is_udp && (!found || flows[i].heard < found->heard))
			found = &flows[i];
	if (!found)
		return 0;
	if (found->used)
		finish(found);
	fd = sys3(SYS_socket, AF_INET, (listener->is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	result = sys3(SYS_connect, fd, (int)&listener->target, sizeof(listener->target));
	if (result < 0 && result != -EINPROGRESS) {
		sys3(SYS_close, fd, 0, 0);
		return 0;
	}
	for (i = 0; i < 2; i++)
		found->way[i].from = found->way[i].to = found->way[i].ended = found->way[i].told = 0;
	found->used = 1;
	found->is_udp = listener->is_udp;
	found->fd[1] = fd;
	return found;
}

/* ------------------------------------------------------------------ TCP */

static void accept_one(int i)
{
	struct flow *flow;
	int fd = sys5(SYS_accept4, listeners[i].fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	flow = begin(&listeners[i]);
	if (flow)
		flow->fd[0] = fd;
	else
		sys3(SYS_close, fd, 0, 0);
}

/* Reads from side `s` when there is room; whether the connection lives on. */
static int take(struct flow *flow, int s)
{
	struct way *way = &flow->way[s];
	int got;

	if (way->ended || way->from < way->to)
		return 1;
	got = sys3(SYS_read, flow->fd[s], (int)way->bytes, ROOM);
	if (got < 0)
		return got == -EAGAIN || got == -EINTR;
	way->from = 0;
	way->to = got;
	way->ended = got == 0;
	return 1;
}

/* Writes what has come from side `s` to the other, and passes its end on. */
static int give(struct flow *flow, int s)
{
	struct way *way = &flow->way[s];
	int done;

	if (way->from < way->to) {
		done = sys5(SYS_sendto, flow->fd[1 - s], (int)(way->bytes + way->from), way->to - way->from,
			MSG_NOSIGNAL, 0);
		if (done < 0)
			return done == -EAGAIN || done == -EINTR;
		way->from += done;
	}
	if (way->from == way->to && way->ended && !way->told) {
		sys3(SYS_shutdown, flow->fd[1 - s], SHUT_WR, 0);
		way->told = 1;
	}
	return 1;
}

static void carry(struct flow *flow, const struct pollfd *sides)
{
	int s;

	for (s = 0; s < 2; s++) {
		if (sides[s].revents & (POLLIN | POLLHUP | POLLERR) && !take(flow, s))
			return finish(flow);
		if ((sides[s].revents | sides[1 - s].revents) && !give(flow, s))
			return finish(flow);
	}
	if (flow->way[0].told && flow->way[1].told)
		finish(flow);
}

/* What is waited for on side `s`; a side with nothing to wait for is left out, or its hang-up would be told for ever. */
static void watch(const struct flow *flow, int s, struct pollfd *place)
{
	const struct way *in = &flow->way[s], *out = &flow->way[1 - s];

	place->events = (!in->ended && in->from == in->to ? POLLIN : 0) | (out->from < out->to ? POLLOUT : 0);
	place->fd = place->events ? flow->fd[s] : -1;
}

/* ------------------------------------------------------------------ UDP */

static u8 datagram[65536];

static int receive(int fd, u8 *name, int *name_length)
{
	struct { void *bytes; u32 length; } part = { datagram, sizeof(datagram) };
	struct message message = { name, *name_length, (void *)&part, 1, 0, 0, 0 };
	int got = sys3(SYS_recvmsg, fd, (int)&message, MSG_DONTWAIT);

	*name_length = message.name_length;
	return got;
}

static struct flow *conversation(int i, const u8 *client, int length)
{
	struct flow *flow;

	for (flow = flows; flow < flows + MAX_FLOWS; flow++)
		if (flow->used && flow->is_udp && flow->fd[0] == listeners[i].fd && flow->client_length == length &&
			same(flow->client, client, length))
			return flow;
	flow = begin(&listeners[i]);
	if (flow) {
		flow->fd[0] = listeners[i].fd;
		memcpy(flow->client, client, length);
		flow->client_length = length;
	}
	return flow;
}

static void ask(int i)
{
	u8 client[NAME];
	int length = NAME, got = receive(listeners[i].fd, client, &length);
	struct flow *flow = got < 0 ? 0 : conversation(i, client, length);

	if (!flow)
		return;
	flow->heard = now();
	sys5(SYS_sendto, flow->fd[1], (int)datagram, got, MSG_DONTWAIT | MSG_NOSIGNAL, 0);
}

static void answer(struct flow *flow)
{
	struct { void *bytes; u32 length; } part = { datagram, 0 };
	struct message message = { flow->client, flow->client_length, (void *)&part, 1, 0, 0, 0 };
	int none = 0, got = receive(flow->fd[1], 0, &none);

	if (got < 0)
		return;
	part.length = got;
	flow->heard = now();
	sys3(SYS_sendmsg, flow->fd[0], (int)&message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ------------------------------------------------------------------ the loop */

static int has_room(void)
{
	int i;

	for (i = 0; i < MAX_FLOWS; i++)
		if (!flows[i].used || flows[i].is_udp)
			return 1;
	return 0;
}

/* Fills in what is waited for; whether a conversation may fall silent meanwhile. */
static int prepare(void)
{
	int i, room = has_room(), talking = 0;

	for (i = 0; i < count; i++) {
		polled[i].fd = room || listeners[i].is_udp ? listeners[i].fd : -1;
		polled[i].events = POLLIN;
	}
	for (i = 0; i < MAX_FLOWS; i++) {
		struct pollfd *sides = polled + count + 2 * i;
		sides[0].fd = sides[1].fd = -1;
		if (flows[i].used && flows[i].is_udp) {
			sides[1].fd = flows[i].fd[1];
			sides[1].events = POLLIN;
			talking = 1;
		} else if (flows[i].used) {
			watch(&flows[i], 0, &sides[0]);
			watch(&flows[i], 1, &sides[1]);
		}
	}
	return talking;
}

static void handle(int talking)
{
	long long limit = talking ? now() - SILENCE : 0;
	int i;

	for (i = 0; i < MAX_FLOWS; i++) {
		struct pollfd *sides = polled + count + 2 * i;
		if (!flows[i].used)
			continue;
		if (!flows[i].is_udp)
			carry(&flows[i], sides);
		else if (sides[1].revents)
			answer(&flows[i]);
		else if (flows[i].heard < limit)
			finish(&flows[i]);
	}
	for (i = 0; i < count; i++)
		if (polled[i].revents) {
			if (listeners[i].is_udp)
				ask(i);
			else
				accept_one(i);
		}
}

static u32 number(const char *text, char end, const char **rest)
{
	u32 value = 0;

	while (*text && *text != end)
		value = value * 10 + (*text++ - '0');
	*rest = *text ? text + 1 : text;
	return value;
}

static void read_target(struct listener *listener, char **argv)
{
	const char *text;
	u32 port, i;

	listener->is_udp = argv[0][0] == 'u';
	listener->fd = number(argv[1], 0, &text);
	listener->target.family = AF_INET;
	text = argv[2];
	for (i = 0; i < 4; i++)
		listener->target.host |= number(text, '.', &text) << (8 * i);
	port = number(argv[3], 0, &text);
	listener->target.port = port << 8 | port >> 8;
}

__attribute__((noreturn, used)) void start(int *stack)
{
	int argc = stack[0];
	char **argv = (char **)(stack + 1);
	struct timespec64 patience;

	for (argv++; argc > 4 && count < MAX_LISTENERS; argc -= 4, argv += 4)
		read_target(&listeners[count++], argv);
	for (;;) {
		int talking = prepare();
		patience.seconds = SILENCE;
		patience.nanoseconds = 0;
		sys5(SYS_ppoll_time64, (int)polled, count + 2 * MAX_FLOWS, talking ? (int)&patience : 0, 0, 8);
		handle(talking);
	}
}

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovl %esp, %eax\n\tandl $-16, %esp\n\tsubl $12, %esp\n\tpushl %eax\n\tcall start\n");
