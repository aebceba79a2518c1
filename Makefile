# SPDX-License-Identifier: GPL-2.0-or-later
#
# The front door. Nothing is compiled by a rule of this file: meson builds the
# programs, Kbuild the kernel helper.

PREFIX ?= /usr/local
DESTDIR ?=
export DESTDIR KERNEL_SRC

all: build/build.ninja
	@ninja -C build

build/build.ninja:
	@meson setup build --prefix=$(PREFIX)

# The only target that installs anything on this machine, and only what is missing.
deps:
	@tests/deps $(if $(CROSS),--cross)

# Left out of a build on a machine without the libraries that they need.
tests: all
	@test -e build/tests/modem/standin || meson setup --reconfigure build -Dtests=enabled || \
		{ echo "make: the tests cannot be built here (make deps)" >&2; exit 1; }
	@ninja -C build

demo: tests
	@tests/demo $(if $(NATIVE),--native)

# The picture of the README, anew from a run of the demo.
recording: tests
	@tests/recording/record tests/recording/upgrade.cast
	@tests/recording/render tests/recording/upgrade.cast >agent/upgrade.svg

check: tests
	@tests/check

# For other machines, as CROSS=1 has deps prepare it.
cross:
	@tests/cross/run

bench: tests
	@tests/bench/run

coverage: tests
	@tests/coverage/run

# For MINUTES (5) in all; SEED=NUMBER begins as a run before did; TARGETS="at laws" runs these alone.
fuzz:
	@tests/fuzz/run $(if $(SEED),--seed $(SEED)) $(MINUTES) $(TARGETS)

# What was found, minimised, for the tree.
fuzz-corpus:
	@tests/fuzz/run --corpus $(TARGETS)

# Changing the prefix of a finished build touches no object file.
install: all
	@meson setup --reconfigure build --prefix=$(PREFIX) >build/reconfigure.log
	@meson install -C build --no-rebuild $(if $(DESTDIR),--destdir=$(abspath $(DESTDIR)))

# Each call that may fail, at eight moments; check has the first one fail. See tests/faults/sweep.
faults: tests
	@tests/faults/sweep build --calls 8 $(FAULTS)

# The kernel helper: for the running kernel, or that of KERNEL_SRC.
modules modules_install:
	@usb/guard/build $@

# Debian packages, in build/deb.
deb:
	@debian/build

# The kernels and foreign libraries that deps fetched stay.
clean:
	@test ! -d build || find build -mindepth 1 -maxdepth 1 ! -name vm ! -name foreign -exec rm -rf {} +

.PHONY: all deps tests demo recording check cross bench coverage fuzz fuzz-corpus faults install modules modules_install deb clean
.NOTPARALLEL:
