/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attack AGENT: what user qfota can make root's agent do to files that are not
 * qfota's.
 *
 * The state directory and the run directory belong to user qfota here, and an
 * attacker of that user replaces what is in them, at any instant, by symbolic
 * links, FIFOs, hard links and a directory of root, while root runs each
 * command again and again. Afterwards nothing outside has another owner, mode,
 * content or entry, no output shows a file of root, and no run hangs.
 *
 * QFOTA_ATTACK_TRIES: how many runs of each command; without it 60, or 6 of one
 * that has to be ended. QFOTA_ATTACK_SEED: what the attackers do. Needs root, for a
 * mount namespace of its own with a user qfota in it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/hooks.h"
#include "agent/journal.h"
#include "agent/loop.h"
#include "agent/slots.h"
#include "agent/util.h"

#define SKIPPED 77
#define QFOTA_ID 64123 /* of user and group qfota in the namespace */
#define HANG_S 60      /* for one run: a hang, whatever the machine is busy with */
#define OUTPUT_MAX (1024 * 1024)

#define PASSWD "/run/passwd"
#define RESULT(firmware)                                                                   \
	"{\"event\":\"result\",\"time\":\"2026-11-22T11:00:58.123Z\","                     \
	"\"modem\":\"1-1\","                                                               \
	"\"outcome\":\"failed\",\"end\":510,\"transfer\":0,\"from\":"                      \
	"\"" firmware "\","                                                                \
	"\"to\":\"" firmware "\",\"target\":null,\"package\":\"http://fw.example/a.zip\"," \
	"\"seconds\":1.0,\"exit\":6,\"reason\":null}\n"
#define JOB(firmware)                                                         \
	"{\"version\":1,\"position\":\"1-1\",\"id_path\":\"\",\"imei\":\"\"," \
	"\"from\":\"" firmware "\",\"target\":\"\",\"package\":\"\","         \
	"\"stage\":\"flash\",\"urcport\":\"\","                               \
	"\"boot\":\"\",\"end\":null,\"transfer\":null,\"device\":7,\"vid\":"  \
	"11388,"                                                              \
	"\"started_ms\":1}\n"

/* Files of root, mode 0600; each has this word, which no output may show. */
#define SECRET "CANARY"
static const struct {
	const char *name;
	const char *text;
} secrets[] = {
	{ "text", SECRET " as a line\n" },
	{ "result", RESULT("EP06" SECRET) },
	{ "job", JOB("EP06" SECRET) },
};

/* A file system with a directory of qfota's on it, and beside it what is root's. */
static const struct place {
	const char *mount;
	const char *targets[12];
} places[] = {
	{ "/var/lib",
	  { "jobs", "trails", "history.jsonl", "attempts.json", "attempts.lock", "jobs/1-1",
	    "jobs/.1-1.tmp", "trails/1-1", "recording", ".attempts.json.tmp" } },
	{ "/run",
	  { "lock", "busy", "slots", "lock/1-1", "busy/1-1", "busy/.1-1.tmp", "slots/0", "hooks" } },
};

static int backup[ARRAY_SIZE(places)]; /* a directory of root's below that of qfota */
static int listener;		       /* of root: nobody may be led to it */
static unsigned int failures;

static void _printf_(1, 2) failed(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("FAILED: ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	failures++;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "attack: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *in(const char *directory, const char *name)
{
	static char paths[4][128];
	static unsigned int last;

	last = (last + 1) % ARRAY_SIZE(paths);
	snprintf(paths[last], sizeof(paths[0]), "%s/%s", directory, name);
	return paths[last];
}

/* ---- the namespace ---- */

static void write_text(const char *path, const char *text, mode_t mode)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
}

static void make_user(void)
{
	write_text(PASSWD, "root:x:0:0::/:/bin/sh\nqfota:x:64123:64123::/:/bin/false\n", 0644);
	must(mount(PASSWD, "/etc/passwd", NULL, MS_BIND, NULL) == 0, "a user qfota");
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		listen(fd, SOMAXCONN);
	return fd;
}

static void make_place(const struct place *place, int *ret_backup)
{
	must(mount("tmpfs", place->mount, "tmpfs", 0, "mode=0755") == 0, place->mount);
	must(mkdir(in(place->mount, "secret"), 0700) == 0, "secret");
	must(mkdir(in(place->mount, "secret/dir"), 0755) == 0, "secret/dir");
	write_text(in(place->mount, "secret/dir/precious"), "precious\n", 0644);
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		char name[32];

		snprintf(name, sizeof(name), "secret/%s", secrets[i].name);
		write_text(in(place->mount, name), secrets[i].text, 0600);
	}
	listener = listen_at(in(place->mount, "secret/socket"));
	must(listener >= 0, "socket");
	must(mkdir(in(place->mount, "qfota"), 0755) == 0 &&
		     chown(in(place->mount, "qfota"), QFOTA_ID, QFOTA_ID) == 0 &&
		     mkdir(in(place->mount, "pool"), 0755) == 0 &&
		     chown(in(place->mount, "pool"), QFOTA_ID, QFOTA_ID) == 0,
	     "directories of qfota");
	must(mkdir(in(place->mount, "qfota/backup"), 0755) == 0, "backup");
	write_text(in(place->mount, "qfota/backup/kept"), "kept\n", 0644);
	*ret_backup = open(in(place->mount, "qfota/backup"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(*ret_backup >= 0, "backup");
}

/* As where fs.protected_hardlinks is 0: those that are used up are laid again. */
static void lay_hard_links(const struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		char from[32], to[32];

		snprintf(from, sizeof(from), "secret/%s", secrets[i].name);
		snprintf(to, sizeof(to), "pool/hard-%s", secrets[i].name);
		must(link(in(place->mount, from), in(place->mount, to)) == 0 || errno == EEXIST, to);
	}
}

/* ---- the attacker ---- */

enum weapon {
	LINK_TO_FILE,
	LINK_TO_DIRECTORY,
	LINK_TO_SOCKET,
	FIFO,
	DIRECTORY,
	FILE_,
	HARD,
	BACKUP,
	WEAPONS
};

static void remove_one(const char *path)
{
	char child[128];
	DIR *directory;
	struct dirent *entry;

	if (unlink(path) == 0 || rmdir(path) == 0)
		return;
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		snprintf(child, sizeof(child), "%.60s/%.60s", path, entry->d_name);
		unlink(child);
	}
	closedir(directory);
	rmdir(path);
}

/* The path of what is to be put in place of something. */
static const char *make_weapon(const struct place *place, enum weapon weapon)
{
	const char *path = in(place->mount, "pool/weapon");
	char name[32];

	snprintf(name, sizeof(name), "%s-%s", "pool/hard", secrets[rand() % 3].name);
	switch (weapon) {
	case LINK_TO_FILE:
		(void)!symlink(in(place->mount, rand() % 2 ? "secret/text" : "secret/result"), path);
		break;
	case LINK_TO_DIRECTORY:
		(void)!symlink(in(place->mount, "secret/dir"), path);
		break;
	case LINK_TO_SOCKET:
		(void)!symlink("/run/secret/socket", path);
		break;
	case FIFO:
		mkfifo(path, 0600);
		break;
	case DIRECTORY:
		mkdir(path, 0700);
		break;
	case FILE_:
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		break;
	case HARD:
		return in(place->mount, name);
	case BACKUP:
		return in(place->mount, "qfota/backup");
	case WEAPONS:
		break;
	}
	return path;
}

static void wait_a_little(void)
{
	struct timespec time = { .tv_nsec = rand() % 300000 };

	if (rand() % 2)
		nanosleep(&time, NULL);
}

static void attack_once(const struct place *place, const char *target)
{
	enum weapon weapon = (enum weapon)(rand() % WEAPONS);
	const char *path, *kept = in(place->mount, "pool/kept");

	if (weapon == BACKUP && strchr(strchr(target, 'q') + 6, '/'))
		return;
	path = make_weapon(place, weapon);
	if (weapon == BACKUP) {
		/* It can be renamed within its directory alone, and comes back. */
		if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) == 0) {
			wait_a_little();
			renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE);
		}
		return;
	}
	/* Two calls, so that the agent may find nothing, too. */
	if (rand() % 2)
		rename(target, kept);
	if (renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE) < 0)
		renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE);
	wait_a_little();
	if (rand() % 2)
		renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_EXCHANGE);
	else
		remove_one(target);
	remove_one(kept);
	remove_one(in(place->mount, "pool/weapon"));
}

static pid_t attack(const struct place *place, unsigned int seed)
{
	size_t count = 1;
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(setgroups(0, NULL) == 0 && setgid(QFOTA_ID) == 0 && setuid(QFOTA_ID) == 0, "setuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srand(seed);
	while (count < ARRAY_SIZE(place->targets) && place->targets[count])
		count++;
	for (;;) {
		char target[128];

		snprintf(target, sizeof(target), "%s/qfota/%s", place->mount,
			 place->targets[(size_t)rand() % count]);
		attack_once(place, target);
	}
}

/* ---- what root does ---- */

static void ask_hooks(struct loop *loop)
{
	struct hooks hooks = { .loop = loop };

	if (hooks_run(&hooks, "check 1-1"))
		hooks_cancel(&hooks);
}

/* All that a command does to files while a modem is there. */
static void work(void)
{
	struct journal_job job = { .position = "1-1", .stage = "request", .end = -1 };
	struct journal_lock *lock = NULL;
	struct journal *journal = NULL;
	struct loop *loop = NULL;
	struct slots *slots = NULL;
	struct slot slot = { 0 };
	char stage[JOURNAL_STAGE_SIZE];
	unsigned int attempts;
	uint64_t last;
	int holder;

	if (journal_lock(JOURNAL_RUN_DIR, "1-1", &lock, &holder) < 0)
		lock = NULL;
	journal_mark(JOURNAL_RUN_DIR, &job);
	journal_is_marked(JOURNAL_RUN_DIR, "1-1");
	journal_mark_stage(JOURNAL_RUN_DIR, "1-1", stage);
	if (loop_create(&loop) == 0)
		ask_hooks(loop);
	if (loop && slots_create(loop, JOURNAL_RUN_DIR, 1, NULL, NULL, &slots) == 0) {
		if (slots_take(slots, &slot) == 0)
			slots_give(&slot);
		slots_free(slots);
	}
	loop_free(loop);
	if (journal_open(JOURNAL_DEFAULT_DIR, &journal) == 0) {
		const struct journal_job *found = journal_get(journal, 0);
		const char *damage;

		for (unsigned int i = 0; (damage = journal_damage(journal, i, NULL)); i++)
			puts(damage);
		if (found)
			printf("%s\n", found->from);
		journal_set_attempts(journal, "1", "a", 1, 1);
		journal_attempts(journal, "1", "a", &attempts, &last);
		journal_save(journal, &job);
		journal_trail_begin(journal, "1-1");
		journal_trail_add(journal, "1-1", "phase request");
		journal_append_history(journal, RESULT("EP06"));
		journal_append_history(journal, "{}");
		journal_refresh(journal);
		journal_remove(journal, "1-1");
		journal_free(journal);
	}
	journal_unmark(JOURNAL_RUN_DIR, "1-1");
	journal_unlock(lock);
}

struct command {
	const char *name;
	const char *words[8]; /* none: work() */
	bool endless;
};

/* No modem is at that port path. */
#define NONE "--port", "99-99.9"
static const struct command commands[] = {
	{ .name = "what a job does" },
	{ "upgrade", { NONE, "upgrade", "modem:/a.zip" }, false },
	{ "upgrade --record", { NONE, "--record", "/var/lib/qfota/recording", "upgrade" }, false },
	{ "list", { "list" }, false },
	{ "list --probe", { NONE, "list", "--probe" }, false },
	{ "follow", { NONE, "follow" }, false },
	{ "watch", { NONE, "watch" }, true },
	{ "at", { NONE, "at", "ATI" }, false },
	{ "history", { "history" }, false },
	{ "history --json", { "history", "--json" }, false },
	{ "report", { "report" }, false },
	{ "replay", { "replay", "/dev/null" }, false },
};

static void run_child(const char *agent, const struct command *command, int output)
{
	const char *words[ARRAY_SIZE(command->words) + 4] = { agent, "--config", "/dev/null" };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	alarm(command->endless ? 0 : HANG_S);
	if (!command->words[0]) {
		work();
		exit(0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(command->words); i++)
		words[3 + i] = command->words[i];
	execv(agent, (char *const *)words);
	_exit(127);
}

/* Of a command that ends by a signal alone: it is given some time to begin, then it is sent. */
static int wait_for(pid_t child, bool endless)
{
	int status = 0;

	for (unsigned int i = 0; endless && i < HANG_S * 20; i++) {
		struct timespec time = { .tv_nsec = 50000000 };

		nanosleep(&time, NULL);
		if (waitpid(child, &status, WNOHANG) == child)
			return status;
		kill(child, SIGTERM);
	}
	if (endless)
		kill(child, SIGALRM);
	waitpid(child, &status, 0);
	return status;
}

static void check_output(const struct command *command, int output)
{
	static char text[OUTPUT_MAX];
	ssize_t size = pread(output, text, sizeof(text) - 1, 0);

	text[size > 0 ? size : 0] = '\0';
	if (strstr(text, SECRET) || strstr(text, "precious"))
		failed("%s shows what is root's: %.2000s", command->name, text);
}

static void run(const char *agent, const struct command *command)
{
	_cleanup_close_ int output = memfd_create("output", MFD_CLOEXEC);
	pid_t child;
	int status;

	must(output >= 0, "memfd_create");
	fflush(stdout);
	child = fork();
	must(child >= 0, "fork");
	if (child == 0)
		run_child(agent, command, output);
	status = wait_for(child, command->endless);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		failed("%s hangs", command->name);
	else if (WIFSIGNALED(status) && !(command->endless && WTERMSIG(status) == SIGTERM))
		failed("%s is ended by signal %d", command->name, WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) > 9)
		failed("%s ends with %d", command->name, WEXITSTATUS(status));
	check_output(command, output);
}

/* ---- what must be as it was ---- */

static void check_kind(const char *path, const struct stat *status, mode_t mode)
{
	if (status->st_uid != 0 || status->st_gid != 0 || status->st_mode != mode)
		failed("%s is now of %u:%u, mode %o", path, status->st_uid, status->st_gid,
		       status->st_mode);
}

static void check_file(const char *path, const char *text, mode_t mode)
{
	char found[1024] = "";
	struct stat status;
	FILE *file = fopen(path, "re");

	if (!file || fstat(fileno(file), &status) < 0) {
		failed("%s is gone", path);
		return;
	}
	check_kind(path, &status, S_IFREG | mode);
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	if (strcmp(found, text) != 0)
		failed("%s now holds %s", path, found);
	fclose(file);
}

static void check_directory(const char *path, int fd, mode_t mode, unsigned int entries)
{
	struct stat status;
	struct dirent *entry;
	unsigned int found = 0;
	DIR *directory;

	if (fd < 0 || fstat(fd, &status) < 0) {
		failed("%s is gone", path);
		return;
	}
	check_kind(path, &status, S_IFDIR | mode);
	directory = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (!directory) {
		failed("%s cannot be read", path);
		return;
	}
	while ((entry = readdir(directory)))
		found += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	if (found != entries)
		failed("%s now has %u entries", path, found);
	closedir(directory);
}

static void check_directory_at(const char *path, mode_t mode, unsigned int entries)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	check_directory(path, fd, mode, entries);
}

static void check_listener(void)
{
	_cleanup_close_ int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		failed("somebody was led to a socket of root");
}

static void check_place(const struct place *place, int backup_fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		char name[32];

		snprintf(name, sizeof(name), "secret/%s", secrets[i].name);
		check_file(in(place->mount, name), secrets[i].text, 0600);
	}
	check_file(in(place->mount, "secret/dir/precious"), "precious\n", 0644);
	check_directory_at(in(place->mount, "secret"), 0700, ARRAY_SIZE(secrets) + 2);
	check_directory_at(in(place->mount, "secret/dir"), 0755, 1);
	check_directory("backup", backup_fd, 0755, 1);
	check_listener();
}

/* Whether it may have one. */
static bool make_namespace(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		make_place(&places[i], &backup[i]);
	make_user();
	/* Where there are hooks, they are not for this. */
	mount("tmpfs", "/etc/qfota/hooks.d", "tmpfs", 0, "mode=0755");
	return true;
}

static void try_command(const char *agent, const struct command *command, unsigned int tries)
{
	for (unsigned int i = 0; i < tries && !failures; i++) {
		for (size_t place = 0; place < ARRAY_SIZE(places); place++)
			lay_hard_links(&places[place]);
		run(agent, command);
		if (i % 16 && i + 1 < tries)
			continue;
		for (size_t place = 0; place < ARRAY_SIZE(places); place++)
			check_place(&places[place], backup[place]);
	}
	printf("%s: %u tries, %u failures\n", command->name, tries, failures);
}

static int attack_command(const char *agent, const struct command *command, unsigned int tries,
			  unsigned int seed)
{
	pid_t attackers[ARRAY_SIZE(places)];

	if (!make_namespace())
		return SKIPPED;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		attackers[i] = attack(&places[i], seed + (unsigned int)i);
	try_command(agent, command, tries);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		kill(attackers[i], SIGKILL);
		waitpid(attackers[i], NULL, 0);
	}
	return failures != 0;
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned int)strtoul(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	unsigned int seed = number("QFOTA_ATTACK_SEED", (unsigned int)time(NULL));
	char agent[PATH_MAX];
	int worst = 0;

	if (argc != 2 || !realpath(argv[1], agent))
		return 2;
	printf("seed %u\n", seed);
	for (size_t i = 0; i < ARRAY_SIZE(commands) && worst != SKIPPED; i++) {
		int status = 0;
		pid_t child;

		fflush(stdout);
		child = fork();
		must(child >= 0, "fork");
		if (child == 0)
			exit(attack_command(agent, &commands[i],
					    number("QFOTA_ATTACK_TRIES", commands[i].endless ? 6 : 60),
					    seed));
		waitpid(child, &status, 0);
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			worst = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	if (worst == SKIPPED)
		printf("skipped: this needs root and a mount namespace\n");
	return worst;
}
