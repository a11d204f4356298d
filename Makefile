# runclamp: make [all|demo|test|test-asan|test-matrix|bench|fuzz|lint|install|uninstall|deps|clean]
B ?= build
prefix ?= /usr/local
sysconfdir ?= /etc
libexecdir ?= $(prefix)/libexec/runclamp
datadir ?= $(prefix)/share/runclamp
VERSION := 0.1.0

CC ?= gcc
OPT ?= -O2 -g
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero
CPPFLAGS := -D_GNU_SOURCE -Ishim -Iinclude -I$(B)/gen -DRUNCLAMP_VERSION='"$(VERSION)"' \
            -DRUNCLAMP_SYSCONFDIR='"$(sysconfdir)"' -DRUNCLAMP_DATADIR='"$(datadir)"' -DRUNCLAMP_LIBEXECDIR='"$(libexecdir)"'
CFLAGS = -std=gnu11 $(OPT) -fPIE -ffunction-sections -fdata-sections $(WARN) $(SAN) $(if $(SAN),,$(HARDEN))
LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections $(SAN)
STATIC = $(if $(SAN),-pie,-static-pie)
LIBS := -lcap -lmd

# The layers, lowest first: shim/README says which may include which.
LIB_SRC := $(wildcard shim/base/*.c shim/model/*.c shim/load/*.c shim/policy/*.c) $(filter-out shim/run/main.c,$(wildcard shim/run/*.c))
CTL_SRC := $(wildcard shim/ctl/*.c)
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(B)/runclamp $(B)/clampctl

$(B)/runclamp: $(call obj,shim/run/main.c) $(B)/librunclamp.a
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/clampctl: $(call obj,$(CTL_SRC)) $(B)/librunclamp.a
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/librunclamp.a: $(call obj,$(LIB_SRC))
	$(AR) rcs $@ $^

$(B)/obj/%.o: %.c $(B)/gen/syscalls.inc
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/gen/syscalls.inc: shim/model/gen-syscalls.awk shim/model/syscalls.tbl
	@mkdir -p $(@D)
	awk -f $< shim/model/syscalls.tbl | gperf > $@.tmp && mv $@.tmp $@
-include $(wildcard $(B)/obj/*/*.d $(B)/obj/*/*/*.d)

$(B)/tests/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(B)/librunclamp.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -MF $(B)/obj/$*.unit.d $(LDFLAGS) -pie -o $@ $< $(B)/librunclamp.a $(LIBS) -lcmocka -ljansson -lseccomp
units: $(UNIT)

clean:
	rm -rf $(B)

.PHONY: all units clean
