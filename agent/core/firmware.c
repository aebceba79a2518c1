/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/firmware.h"

#include <string.h>

#include "agent/core/dfota.h"
#include "agent/core/quectel.h"

#define MODEL_SIZE 16
#define NAME_LENGTH_MIN 6 /* as at_revision() */

/* Dots stand in sub-versions alone, between digits. */
static bool is_file_name(const char *name)
{
	const char *ending = name;

	if (strchr(name, '/'))
		return true;
	while (ending[strcspn(ending, ".")])
		ending += strcspn(ending, ".") + 1;
	return ending != name && (*ending < '0' || *ending > '9');
}

const char *firmware_name_error(const char *name)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t good = strspn(name, capitals);
	char model[MODEL_SIZE];

	if (is_file_name(name))
		return "this is the name of a file; expected the name of a firmware, as AT+CGMR "
		       "prints it, such as EP06ELAR04A01M4G";
	if (name[good])
		return strchr(letters, name[good]) ?
			       "names of firmware have no lower case letters; expected a name as "
			       "AT+CGMR prints it, such as EP06ELAR04A01M4G" :
			       "expected the name of a firmware, as AT+CGMR prints it, such as "
			       "EP06ELAR04A01M4G: one word of letters, digits, dots and "
			       "underscores";
	quectel_model(name, model, sizeof(model));
	if (!model[0] || strlen(name) < NAME_LENGTH_MIN)
		return "expected the complete name of a firmware, which begins with its model, as "
		       "EP06ELAR04A01M4G with EP06";
	if (strlen(name) >= DFOTA_FIRMWARE_SIZE)
		return "this is longer than the name of any firmware; expected a name as AT+CGMR "
		       "prints it, such as EP06ELAR04A01M4G";
	return NULL;
}

bool firmware_same_model(const char *name, const char *other)
{
	char model[MODEL_SIZE], other_model[MODEL_SIZE];

	quectel_model(name, model, sizeof(model));
	quectel_model(other, other_model, sizeof(other_model));
	return !model[0] || !other_model[0] || strcmp(model, other_model) == 0;
}
