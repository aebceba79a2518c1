/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/package_file.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/core/package.h"

#define READ_SIZE 16384

int package_file_read(const struct package_file *file, uint32_t offset, void *ret, size_t size)
{
	char *to = ret;

	while (size) {
		ssize_t got = pread(file->fd, to, size, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		to += got;
		offset += (uint32_t)got;
		size -= (size_t)got;
	}
	return 0;
}

static int check_kind(int fd, uint32_t *ret_size, const char **ret_error)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	*ret_error = NULL;
	if (!S_ISREG(status.st_mode))
		*ret_error = "is no regular file";
	else if (status.st_size == 0)
		*ret_error = "is empty";
	else if (status.st_size > PACKAGE_SIZE_MAX)
		*ret_error = "is larger than any modem's file store";
	*ret_size = (uint32_t)status.st_size;
	return *ret_error ? -EINVAL : 0;
}

static int count(struct package_file *file, char hex[static SHA256_DIGEST_SIZE * 2 + 1])
{
	uint8_t bytes[READ_SIZE], digest[SHA256_DIGEST_SIZE];
	struct package_sum sum = { 0 };
	struct sha256_ctx sha256;

	sha256_init(&sha256);
	for (uint32_t at = 0; at < file->size;) {
		uint32_t size = file->size - at < READ_SIZE ? file->size - at : READ_SIZE;
		int r = package_file_read(file, at, bytes, size);

		if (r < 0)
			return r;
		package_sum_add(&sum, bytes, size);
		sha256_update(&sha256, size, bytes);
		at += size;
	}
	sha256_digest(&sha256, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	file->sum = sum.value;
	return 0;
}

static int inspect(struct package_file *file, const char *sha256, const char **ret_error)
{
	char hex[SHA256_DIGEST_SIZE * 2 + 1];
	int r = check_kind(file->fd, &file->size, ret_error);

	if (r == 0)
		r = count(file, hex);
	if (r == 0 && sha256 && strcasecmp(hex, sha256) != 0) {
		*ret_error = "has another sha256 than the configuration says: damaged, or another file";
		r = -EINVAL;
	}
	return r;
}

int package_file_open(const char *path, const char *sha256, struct package_file *ret, char *error,
		      size_t error_size)
{
	struct package_file file = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) };
	const char *wrong = NULL;
	int r;

	r = file.fd < 0 ? -errno : inspect(&file, sha256, &wrong);
	if (r < 0) {
		snprintf(error, error_size, "package %s %s%s", path, wrong ? "" : "cannot be read: ",
			 wrong ? wrong : strerror(-r));
		package_file_close(&file);
		return r;
	}
	*ret = file;
	return 0;
}

void package_file_close(struct package_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
