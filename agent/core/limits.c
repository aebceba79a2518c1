/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent/core/limits.h"

struct limits limits_default(void)
{
	return (struct limits){
		.ms = {
#define LIMIT_DEFAULT(name, key, default_ms, meaning) [LIMIT_##name] = default_ms,
			LIMIT_TABLE(LIMIT_DEFAULT)
#undef LIMIT_DEFAULT
		},
	};
}

const char *limit_key(enum limit limit)
{
	static const char *const keys[LIMIT_COUNT] = {
#define LIMIT_KEY(name, key, default_ms, meaning) [LIMIT_##name] = key,
		LIMIT_TABLE(LIMIT_KEY)
#undef LIMIT_KEY
	};

	return keys[limit];
}

const char *limit_meaning(enum limit limit)
{
	static const char *const meanings[LIMIT_COUNT] = {
#define LIMIT_MEANING(name, key, default_ms, meaning) [LIMIT_##name] = meaning,
		LIMIT_TABLE(LIMIT_MEANING)
#undef LIMIT_MEANING
	};

	return meanings[limit];
}
