/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cost COMMAND...: runs it, its output thrown away, and prints what it took:
 * microseconds from start to end, and its peak memory in kB. A small program,
 * since a process begins with the peak of the one that it was forked from.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	long begun = now_us();
	int status, out;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0) {
		out = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (out < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
			_exit(126);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status)) {
		perror("cost");
		return 1;
	}
	printf("%ld %ld\n", now_us() - begun, usage.ru_maxrss);
	return WEXITSTATUS(status);
}
