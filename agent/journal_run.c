/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /run/qfota: which modems are busy, for other agents (locks) and for the rest
 * of the system (marks).
 */
#include "agent/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "agent/store.h"
#include "agent/util.h"

#define RUN_LOCK_FOLDER "lock"
#define RUN_BUSY_FOLDER "busy"
/* Marks are for everyone to test, locks for agents alone. */
#define RUN_FOLDER_MODE 0755
#define RUN_LOCK_MODE 0600
#define RUN_MARK_MODE 0644
#define RUN_MARK_MAX 2048

/* Means nothing to a shell that sources the mark, nor to a udev rule. */
#define RUN_SAFE                                                               \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"       \
	"._:/@%+,=-"

struct journal_lock {
	int fd;
};

/* As the state directory: what root made is the service's, too. */
static int run_give(const char *run_dir, int run)
{
	static const char *const names[] = { RUN_LOCK_FOLDER, RUN_BUSY_FOLDER, JOURNAL_SLOTS };

	if (strcmp(run_dir, JOURNAL_RUN_DIR) != 0)
		return 0;
	return store_give(run, JOURNAL_USER, names, ARRAY_SIZE(names));
}

/* Only looks. */
static int run_open_folder(const char *run_dir, const char *name)
{
	_cleanup_close_ int run = store_open_path(run_dir);

	return run < 0 ? run : store_open_folder(run, name);
}

int journal_run_folder(const char *run_dir, const char *name)
{
	_cleanup_close_ int run = store_create_path(run_dir, RUN_FOLDER_MODE);
	int r = run < 0 ? run : run_give(run_dir, run);

	if (r == 0)
		r = store_create_subfolder(run, name, RUN_FOLDER_MODE);
	return r < 0 ? r : store_open_folder(run, name);
}

/* The pid in the lock; 0 if there is none, or it is of one who died. */
static int lock_holder(int folder, const char *position)
{
	char text[16];
	long pid;

	if (store_read(folder, position, text, sizeof(text)) < 0)
		return 0;
	pid = strtol(text, NULL, 10);
	if (pid <= 0 || pid > INT_MAX ||
	    (kill((pid_t)pid, 0) < 0 && errno == ESRCH))
		return 0;
	return (int)pid;
}

/* Only for the second agent's message: that it fails changes no decision. */
static void lock_sign(int fd)
{
	if (ftruncate(fd, 0) == 0)
		dprintf(fd, "%d\n", (int)getpid());
}

int journal_lock(const char *run_dir, const char *position,
		 struct journal_lock **ret, int *ret_holder)
{
	_cleanup_close_ int folder = -1, fd = -1;
	struct journal_lock *lock;

	if (!store_name_is_sound(position))
		return -EINVAL;
	folder = journal_run_folder(run_dir, RUN_LOCK_FOLDER);
	if (folder < 0)
		return folder;
	fd = store_open_file(folder, position, O_RDWR, RUN_LOCK_MODE);
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		*ret_holder = lock_holder(folder, position);
		return -EBUSY;
	}
	lock = malloc(sizeof(*lock));
	if (!lock)
		return -ENOMEM;
	lock_sign(fd);
	lock->fd = util_take_fd(&fd);
	*ret = lock;
	return 0;
}

void journal_unlock(struct journal_lock *lock)
{
	if (!lock)
		return;
	/*
	 * The file stays: removed, it could be locked by one agent that had
	 * opened it before and, under the same name, by another one after.
	 */
	close(lock->fd);
	free(lock);
}

void journal_boot_id(char *ret, size_t size)
{
	_cleanup_close_ int fd = open("/proc/sys/kernel/random/boot_id",
				      O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[length > 0 ? length : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static void mark_add(FILE *mark, const char *key, const char *value)
{
	fprintf(mark, "QFOTA_%s=", key);
	for (; *value; value++)
		fputc(strchr(RUN_SAFE, *value) ? *value : '_', mark);
	fputc('\n', mark);
}

/* Its length. */
static ssize_t mark_format(const struct journal_job *job, char *ret,
			   size_t size)
{
	char number[24];
	FILE *mark = fmemopen(ret, size, "w");
	long length;

	if (!mark)
		return -errno;
	mark_add(mark, "POSITION", job->position);
	mark_add(mark, "ID_PATH", job->id_path);
	mark_add(mark, "FROM", job->from);
	mark_add(mark, "TARGET", job->target);
	mark_add(mark, "PACKAGE", job->package);
	mark_add(mark, "STAGE", job->stage);
	snprintf(number, sizeof(number), "%" PRIu64, job->started_ms);
	mark_add(mark, "STARTED_MS", number);
	snprintf(number, sizeof(number), "%d", (int)getpid());
	mark_add(mark, "PID", number);
	length = ftell(mark);
	if (fclose(mark) < 0)
		return -errno;
	return length;
}

int journal_mark(const char *run_dir, const struct journal_job *job)
{
	_cleanup_close_ int folder = -1;
	char text[RUN_MARK_MAX];
	ssize_t length;

	if (!store_name_is_sound(job->position))
		return -EINVAL;
	folder = journal_run_folder(run_dir, RUN_BUSY_FOLDER);
	if (folder < 0)
		return folder;
	length = mark_format(job, text, sizeof(text));
	if (length < 0)
		return (int)length;
	return store_write(folder, job->position, text, (size_t)length,
			   RUN_MARK_MODE);
}

bool journal_is_marked(const char *run_dir, const char *position)
{
	_cleanup_close_ int folder = run_open_folder(run_dir, RUN_BUSY_FOLDER);
	int r = folder < 0 ? folder : store_exists(folder, position);

	return r != -ENOENT && r != -ENOTDIR;
}

int journal_mark_stage(const char *run_dir, const char *position,
		       char ret[static JOURNAL_STAGE_SIZE])
{
	_cleanup_close_ int folder = run_open_folder(run_dir, RUN_BUSY_FOLDER);
	char text[RUN_MARK_MAX];
	const char *stage;
	ssize_t size;
	size_t length;

	if (folder < 0)
		return folder;
	size = store_read(folder, position, text, sizeof(text));
	if (size < 0)
		return (int)size;
	stage = strstr(text, "\nQFOTA_STAGE=");
	if (!stage)
		return -EBADMSG;
	stage += strlen("\nQFOTA_STAGE=");
	length = strcspn(stage, "\n");
	if (length >= JOURNAL_STAGE_SIZE)
		return -EBADMSG;
	memcpy(ret, stage, length);
	ret[length] = '\0';
	return 0;
}

int journal_unmark(const char *run_dir, const char *position)
{
	_cleanup_close_ int folder = -1;

	if (!store_name_is_sound(position))
		return -EINVAL;
	folder = run_open_folder(run_dir, RUN_BUSY_FOLDER);
	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	return store_remove(folder, position);
}
