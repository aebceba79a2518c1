/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_MAGIC "standin memory 3"

static void save_state(const struct modem *m, FILE *f)
{
	fprintf(f, "%s\n%s\n%s\n%s\n%s\n%s\n", MEMORY_MAGIC, m->firmware,
		m->imei, m->urcport, *m->job.to ? m->job.to : "-",
		*m->job.argument ? m->job.argument : "-");
	fprintf(f, "%d %d %d %d %d %u %d %d %d %d %zu\n", m->qind, m->flashed,
		m->updated, m->next_life, m->job.verdict, m->flash.step, m->flash.number,
		m->flash.code, m->flash.ended, m->downloading, m->store.n_files);
}

static void save_files(const struct modem *m, FILE *f)
{
	for (size_t i = 0; i < m->store.n_files; i++) {
		const struct store_file *file = &m->store.files[i];

		fprintf(f, "%s\n%zu\n", file->name, file->length);
		fwrite(file->bytes, 1, file->length, f);
	}
}

int memory_save(const struct modem *m, const char *name)
{
	char temporary[4096];
	FILE *f;
	int r = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.new", name) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	f = fopen(temporary, "we");
	if (!f)
		return -errno;
	save_state(m, f);
	save_files(m, f);
	if (fflush(f) || ferror(f) || fsync(fileno(f)))
		r = -EIO;
	fclose(f);
	if (!r && rename(temporary, name))
		r = -errno;
	return r;
}

static bool load_line(FILE *f, char *text, size_t size)
{
	char line[SETTINGS_TEXT + 2];
	size_t length;

	if (!fgets(line, sizeof(line), f))
		return false;
	length = strcspn(line, "\n");
	if (line[length] != '\n' || length >= size)
		return false;
	memcpy(text, line, length);
	text[length] = '\0';
	return true;
}

static bool load_state(struct modem *m, FILE *f, size_t *ret_files)
{
	int qind, flashed, updated, life, verdict, ended, downloading;
	char magic[32], line[128];

	if (!load_line(f, magic, sizeof(magic)) || strcmp(magic, MEMORY_MAGIC))
		return false;
	if (!load_line(f, m->firmware, sizeof(m->firmware)) ||
	    !load_line(f, m->imei, sizeof(m->imei)) ||
	    !load_line(f, m->urcport, sizeof(m->urcport)) ||
	    !load_line(f, m->job.to, sizeof(m->job.to)) ||
	    !load_line(f, m->job.argument, sizeof(m->job.argument)) ||
	    !load_line(f, line, sizeof(line)))
		return false;
	if (sscanf(line, "%d %d %d %d %d %u %d %d %d %d %zu", &qind, &flashed, &updated,
		   &life, &verdict, &m->flash.step, &m->flash.number, &m->flash.code,
		   &ended, &downloading, ret_files) != 11)
		return false;
	if (life < MODEM_LIFE_NORMAL || life > MODEM_LIFE_GONE ||
	    *ret_files > STORE_FILES)
		return false;
	m->qind = qind;
	m->flashed = flashed;
	m->updated = updated;
	m->flash.ended = ended;
	m->downloading = downloading && m->settings->own_supply;
	m->life = m->next_life = (enum modem_life)life;
	m->job.verdict = (enum package_verdict)verdict;
	m->dead = "edl";
	return m->flash.step <= m->script.n_steps;
}

static bool load_file(struct modem *m, FILE *f)
{
	char name[STORE_NAME + 1], line[32];
	struct store_file *file;
	size_t length;

	if (!load_line(f, name, sizeof(name)) ||
	    !load_line(f, line, sizeof(line)))
		return false;
	length = strtoul(line, NULL, 10);
	if (store_create(&m->store, name, length, &file))
		return false;
	file->length = fread(file->bytes, 1, length, f);
	return file->length == length;
}

int memory_load(struct modem *m, const char *name)
{
	FILE *f = fopen(name, "re");
	size_t files = 0;
	bool whole;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	whole = load_state(m, f, &files);
	while (whole && files--)
		whole = load_file(m, f);
	fclose(f);
	return whole ? 0 : -EBADMSG;
}
