/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/journal.h"
#include "agent/store.h"
#include "agent/util.h"

/*
 * Runs them and answers "ok", or "no" and a sentence. It lies beside
 * sbin/qfota-agent, wherever that was installed; a program that was not installed
 * takes that of the system.
 */
#define HOOKS_RUNNER "lib/qfota/qfota-hooks"
#define HOOKS_RUNNER_SYSTEM "/usr/" HOOKS_RUNNER

/* ---- who runs them ---- */

static int connect_runner(int *ret_fd)
{
	_cleanup_close_ int folder = store_open_path(JOURNAL_RUN_DIR);
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = folder < 0 ? folder : store_connect(folder, HOOKS_SOCKET, fd);
	if (r == 0)
		*ret_fd = util_take_fd(&fd);
	return r;
}

static int find_runner(char *ret, size_t size)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int n;

	if (length < 0)
		return -errno;
	self[length] = '\0';
	for (int i = 0; i < 2; i++)
		self[strrchr(self, '/') ? strrchr(self, '/') - self : 0] = '\0';
	n = snprintf(ret, size, "%s/" HOOKS_RUNNER, self);
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	if (access(ret, X_OK) < 0)
		snprintf(ret, size, "%s", HOOKS_RUNNER_SYSTEM);
	return 0;
}

/* A group of its own: whoever hangs is ended with all that it started. */
static int spawn_runner(const char *path, int fd, pid_t *ret)
{
	char *const argv[] = { (char *)path, NULL };
	char *const environment[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int r;

	/* Whenever it ends, the kernel reaps it. */
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGCHLD);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, fd, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	r = posix_spawn(ret, path, &files, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

static int start_runner(int *ret_fd, pid_t *ret_child)
{
	char path[PATH_MAX + sizeof(HOOKS_RUNNER)];
	int pair[2];
	int r = find_runner(path, sizeof(path));

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	r = spawn_runner(path, pair[1], ret_child);
	close(pair[1]);
	if (r < 0)
		close(pair[0]);
	else
		*ret_fd = pair[0];
	return r;
}

static int is_hook(const struct dirent *entry)
{
	char path[sizeof(HOOKS_FOLDER) + NAME_MAX + 1];

	snprintf(path, sizeof(path), HOOKS_FOLDER "/%s", entry->d_name);
	return entry->d_name[0] != '.' && access(path, X_OK) == 0;
}

static bool has_hooks(void)
{
	struct dirent **names;
	int count = scandir(HOOKS_FOLDER, &names, is_hook, NULL);

	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);
	/* Who may not look cannot say that there are none. */
	return count > 0 || (count < 0 && errno != ENOENT);
}

/* ---- the answer ---- */

static void hooks_close(struct hooks *hooks)
{
	if (!hooks->source)
		return;
	loop_remove(hooks->loop, hooks->source);
	hooks->source = NULL;
	close(hooks->fd);
	loop_timer_disarm(hooks->loop, &hooks->limit);
}

static void hooks_end(struct hooks *hooks, const char *refusal)
{
	hooks_close(hooks);
	hooks->fn(hooks->data, refusal);
}

/* Only of a runner that has not answered: what its hooks left running is theirs. */
static void hooks_kill(struct hooks *hooks)
{
	if (hooks->source && hooks->child)
		kill(-hooks->child, SIGKILL);
	hooks->child = 0;
}

static void hooks_answered(struct hooks *hooks)
{
	const char *answer = hooks->answer;

	if (strcmp(answer, "ok") == 0)
		hooks_end(hooks, NULL);
	else if (strncmp(answer, "no ", 3) == 0)
		hooks_end(hooks, answer + 3);
	else
		hooks_end(hooks, "the hooks in " HOOKS_FOLDER " ended without an answer; see the "
				 "log of qfota-hooks");
}

static void hooks_ready(void *data, short revents)
{
	struct hooks *hooks = data;
	size_t room = sizeof(hooks->answer) - 1 - hooks->size;
	ssize_t size = read(hooks->fd, hooks->answer + hooks->size, room);
	char *end;

	(void)revents;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	hooks->size += size > 0 ? (size_t)size : 0;
	hooks->answer[hooks->size] = '\0';
	end = strchr(hooks->answer, '\n');
	if (!end && size > 0 && (size_t)size < room)
		return;
	if (end)
		*end = '\0';
	hooks_answered(hooks);
}

static void hooks_late(void *data)
{
	struct hooks *hooks = data;

	hooks_kill(hooks);
	hooks_end(hooks, "the hooks in " HOOKS_FOLDER " took longer than a minute");
}

static void hooks_impossible(void *data)
{
	hooks_end(data, geteuid() == 0 ?
				"there are hooks in " HOOKS_FOLDER ", and " HOOKS_RUNNER
				", which runs them, cannot be started; make install brings it" :
				"there are hooks in " HOOKS_FOLDER ", and only root may run them; "
				"start qfota-hooks.socket, or use sudo");
}

/* ---- the question ---- */

/* There is no descriptor yet for a source; the limit is what fires, at once. */
static bool hooks_refuse(struct hooks *hooks)
{
	hooks->limit = (struct loop_timer){ .fn = hooks_impossible, .data = hooks };
	loop_timer_arm(hooks->loop, &hooks->limit, loop_now());
	return true;
}

static bool hooks_ask(struct hooks *hooks, int fd, const char *words)
{
	char line[160];
	int size = snprintf(line, sizeof(line), "%s\n", words);
	int r = loop_add_fd(hooks->loop, fd, POLLIN, hooks_ready, hooks, &hooks->source);

	if (r < 0) {
		close(fd);
		return hooks_refuse(hooks);
	}
	hooks->fd = fd;
	hooks->size = 0;
	hooks->limit = (struct loop_timer){ .fn = hooks_late, .data = hooks };
	loop_timer_arm(hooks->loop, &hooks->limit, loop_now() + HOOKS_LIMIT_MS);
	/* That a runner has died already is heard when its line ends. */
	send(fd, line, (size_t)size, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	return true;
}

bool hooks_run(struct hooks *hooks, const char *words)
{
	int fd = -1;

	hooks->child = 0;
	if (connect_runner(&fd) == 0)
		return hooks_ask(hooks, fd, words);
	if (!has_hooks())
		return false;
	if (geteuid() == 0 && start_runner(&fd, &hooks->child) == 0)
		return hooks_ask(hooks, fd, words);
	return hooks_refuse(hooks);
}

void hooks_cancel(struct hooks *hooks)
{
	hooks_kill(hooks);
	hooks_close(hooks);
	if (hooks->loop)
		loop_timer_disarm(hooks->loop, &hooks->limit);
}
