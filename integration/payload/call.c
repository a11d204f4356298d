/*
 * call: makes the system calls that its arguments name and prints what each answered.
 *
 *   call [CALL...]      CALL = [x86:|x32:]NAME-OR-NUMBER[:ARG,ARG...]
 *
 * One line a call, "CALL ok" or "CALL -ERRNO". ARG is a number (decimal or 0x), `buf` for 4096 writable zero
 * bytes or `path` for the string "/". x86: is entered through int 0x80, x32: with bit 30 set; both take
 * numbers only.
 *
 * It runs under the smallest closures, so there is no libc and no start-up code: beside the calls asked for
 * it needs execve, write and exit_group, and without arguments execve and exit_group alone. A call that the
 * filter answers with SIGSYS ends it there, which the container's exit status tells (128 + 31).
 */
#include <stddef.h>

#ifndef __x86_64__
#error "call.c enters the kernel through x86-64's own instructions (syscall, int 0x80)"
#endif

enum {
	NR_WRITE = 1,
	NR_EXIT = 60,
	NR_EXIT_GROUP = 231,
	X32_BIT = 0x40000000,
	MAX_ARGS = 6,
	MAX_NAME = 40,
	LINE = 512
};
enum abi { ABI_X86_64, ABI_X86, ABI_X32 };

static const struct {
	const char *name;
	long nr;
} names[] = {
#include "call-names.h"
};

static char buf[4096];

struct call {
	enum abi abi;
	long nr;
	long arg[MAX_ARGS];
};

__attribute__((always_inline)) static inline long enter(long nr, const long a[MAX_ARGS])
{
	long ret;
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The sixth argument would be ebp; no call that the tables make this way has one. */
static long enter_x86(long nr, const long a[MAX_ARGS])
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
			 : "r8", "r9", "r10", "r11", "memory");
	return (long)(int)ret;
}

__attribute__((noreturn)) static void leave(long status)
{
	const long a[MAX_ARGS] = {status};

	enter(NR_EXIT_GROUP, a);
	enter(NR_EXIT, a);
	for (;;)
		__asm__ volatile("ud2");
}

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static int starts_with(const char *s, const char *prefix)
{
	while (*prefix != '\0')
		if (*s++ != *prefix++)
			return 0;
	return 1;
}

static void put(const char *s)
{
	const long a[MAX_ARGS] = {1, (long)s, (long)length(s)};

	enter(NR_WRITE, a);
}

__attribute__((noreturn)) static void usage(const char *what)
{
	put("call: cannot read ");
	put(what);
	put("\n");
	leave(2);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 99;
}

/* Numbers wrap at 64 bits, so -1 may be written 0xffffffffffffffff or -1. */
static const char *number(const char *s, long *ret_value)
{
	int negative = *s == '-', base = 10;
	unsigned long v = 0;
	const char *start;

	s += negative;
	if (starts_with(s, "0x")) {
		base = 16;
		s += 2;
	}
	for (start = s; digit(*s) < base; s++)
		v = v * (unsigned long)base + (unsigned long)digit(*s);
	if (s == start)
		return NULL;
	*ret_value = (long)(negative ? 0 - v : v);
	return s;
}

static const char *argument(const char *s, long *ret_value)
{
	if (starts_with(s, "buf")) {
		*ret_value = (long)buf;
		return s + 3;
	}
	if (starts_with(s, "path")) {
		*ret_value = (long)"/";
		return s + 4;
	}
	return number(s, ret_value);
}

static const char *named(const char *s, long *ret_nr)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = length(names[i].name);
		if (starts_with(s, names[i].name) && (s[n] == ':' || s[n] == '\0')) {
			*ret_nr = names[i].nr;
			return s + n;
		}
	}
	return NULL;
}

static void parse(const char *word, struct call *ret_call)
{
	const char *s = word;
	size_t n = 0;

	if (starts_with(s, "x86:")) {
		ret_call->abi = ABI_X86;
		s += 4;
	} else if (starts_with(s, "x32:")) {
		ret_call->abi = ABI_X32;
		s += 4;
	}
	s = digit(*s) < 10 ? number(s, &ret_call->nr) : named(s, &ret_call->nr);
	if (s == NULL || (*s != ':' && *s != '\0'))
		usage(word);
	while (*s != '\0') {
		if (n == MAX_ARGS || (s = argument(s + 1, &ret_call->arg[n++])) == NULL ||
		    (*s != ',' && *s != '\0'))
			usage(word);
	}
}

/* A call that makes a child returns twice: the child has nothing to say. */
static int in_child(const struct call *call, long ret)
{
	return ret == 0 && call->abi == ABI_X86_64 && (call->nr == 56 || call->nr == 57);
}

static void print(const char *word, long ret)
{
	static char line[LINE];
	size_t at = 0;

	for (size_t n = length(word), i = 0; i < n && at < LINE - 32; i++)
		line[at++] = word[i];
	line[at++] = ' ';
	if (ret < 0 && ret >= -4095) {
		char digits[8];
		size_t n = 0;
		for (long v = -ret; v > 0; v /= 10)
			digits[n++] = (char)('0' + v % 10);
		line[at++] = '-';
		while (n > 0)
			line[at++] = digits[--n];
	} else {
		line[at++] = 'o';
		line[at++] = 'k';
	}
	line[at++] = '\n';
	line[at] = '\0';
	put(line);
}

static void one(const char *word)
{
	struct call call = {.abi = ABI_X86_64};
	long ret;

	parse(word, &call);
	if (call.abi == ABI_X86)
		ret = enter_x86(call.nr, call.arg);
	else
		ret = enter(call.abi == ABI_X32 ? call.nr | X32_BIT : call.nr, call.arg);
	if (in_child(&call, ret))
		leave(0);
	print(word, ret);
}

__attribute__((noreturn, used)) static void run(const long *stack)
{
	long argc = stack[0];
	char *const *argv = (char *const *)(stack + 1);

	for (long i = 1; i < argc; i++)
		one(argv[i]);
	leave(0);
}

__asm__(".globl _start\n"
	"_start:\n"
	"    xor %ebp, %ebp\n"
	"    mov %rsp, %rdi\n"
	"    and $-16, %rsp\n"
	"    call run\n");
