# runclamp: make [all|demo|test|test-asan|test-differential|test-k8s|test-matrix|bench|bench-engines|fuzz|lint|install|uninstall|deb|deps|clean]
B ?= build
prefix ?= /usr/local
sysconfdir ?= /etc
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
libexecdir ?= $(prefix)/libexec/runclamp
datadir ?= $(prefix)/share/runclamp
VERSION := 0.1.0

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
OPT ?= -O2 -g
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wstrict-prototypes \
        -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection \
          $(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero)
PLACES := -DRUNCLAMP_VERSION='"$(VERSION)"' -DRUNCLAMP_SYSCONFDIR='"$(sysconfdir)"' \
          -DRUNCLAMP_LIBEXECDIR='"$(libexecdir)"' -DRUNCLAMP_BINDIR='"$(bindir)"'
CPPFLAGS := -D_GNU_SOURCE -Ishim -Iinclude -I$(B)/gen $(PLACES)
CFLAGS = -std=gnu11 $(OPT) -fPIE -ffunction-sections -fdata-sections $(WARN) $(SAN) $(if $(SAN),,$(HARDEN))
LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections $(SAN)
# Relocations packed: a start applies every one of them.
STATIC = $(if $(SAN),-pie,-static-pie -Wl,-z,pack-relative-relocs)
LIBS := -lmd

# The layers, lowest first; tests/lint/layers says which may include which.
LIB_SRC := $(filter-out shim/ctl/% shim/run/main.c,$(wildcard shim/*/*.c))
CTL_SRC := $(wildcard shim/ctl/*.c shim/ctl/*/*.c)
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(B)/runclamp $(B)/clampctl $(B)/floor-payload $(B)/runclamp-containerd

$(B)/runclamp: $(call obj,shim/run/main.c) $(B)/librunclamp.a
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/clampctl: $(call obj,$(CTL_SRC)) $(B)/librunclamp.a
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $^ -l:libyaml.a $(LIBS)
# What the containers of `clampctl floor measure` run; no libc.
$(B)/floor-payload: libexec/floor-payload.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARN) -static -nostdlib -ffreestanding -fno-stack-protector -fcf-protection=none -o $@ $<
# Which image a container of containerd has. Decoders from our own extract of containerd's API; generated code keeps no
# rule of ours.
CONTAINERD_OBJ := $(call obj,$(wildcard libexec/containerd/*.c)) $(B)/gen/containerd.pb-c.o
CONTAINERD_LIBS := -l:libnghttp2.a -l:libprotobuf-c.a
$(B)/runclamp-containerd: $(CONTAINERD_OBJ) $(B)/librunclamp.a
	$(CC) $(STATIC) $(LDFLAGS) -o $@ $^ $(CONTAINERD_LIBS) $(LIBS)
$(CONTAINERD_OBJ): CPPFLAGS += -Ilibexec
$(CONTAINERD_OBJ): $(B)/gen/containerd.pb-c.h
$(B)/gen/containerd.pb-c.h: libexec/containerd/containerd.proto
	@mkdir -p $(@D)
	protoc-c -I$(<D) --c_out=$(@D) $(<F)
$(B)/gen/containerd.pb-c.o: $(B)/gen/containerd.pb-c.h
	$(CC) $(CPPFLAGS) $(CFLAGS) -w -c -o $@ $(@:.o=.c)
$(B)/librunclamp.a: $(call obj,$(LIB_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/obj/%.o: %.c $(B)/gen/syscalls.inc
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/gen/syscalls.inc: shim/model/gen-syscalls.awk shim/model/syscalls.tbl
	@mkdir -p $(@D)
	awk -f $< shim/model/syscalls.tbl | gperf -m 1 > $@.tmp && mv $@.tmp $@
# The shipped whitelists as tables, by the parser that reads an operator's own.
$(B)/gen/compile-ceilings: $(call obj,config/whitelists/make/compile.c $(filter $(addprefix shim/,base/% format/% model/% runtime/% oci/% site/ceiling.c),$(LIB_SRC)))
	$(CC) $(LDFLAGS) -pie -o $@ $^ $(LIBS)
$(B)/gen/ceilings.inc: $(B)/gen/compile-ceilings $(sort $(wildcard config/whitelists/*.json))
	$^ > $@.tmp && mv $@.tmp $@
$(call obj,shim/site/ceiling_builtin.c): $(B)/gen/ceilings.inc
# Another prefix or version: only what names a place is compiled again.
$(call obj,$(shell grep -lE 'RUNCLAMP_([A-Z]+DIR|VERSION)' $(wildcard shim/*/*.c shim/ctl/*/*.c libexec/*/*.c))): $(B)/gen/places
$(B)/gen/places: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(PLACES))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(PLACES))' > $@
-include $(wildcard $(B)/obj/*/*.d $(B)/obj/*/*/*.d $(B)/obj/*/*/*/*.d)

$(B)/tests/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(B)/librunclamp.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -MMD -MP -MF $(B)/obj/$*.unit.d $(LDFLAGS) -pie -o $@ $< $(B)/librunclamp.a $(LIBS) -lcmocka -ljansson -lseccomp -lcap
units: $(UNIT)

$(B)/oracle: $(call obj,$(wildcard tests/oracle/*.c)) $(B)/librunclamp.a
	$(CC) $(LDFLAGS) -pie -o $@ $^ $(LIBS) -lseccomp
oracle: $(B)/oracle
$(call obj,$(wildcard tests/oracle/*.c)): CPPFLAGS += -Itests
$(B)/tests/fuzz_%: tests/fuzz/fuzz_%.c $(wildcard tests/fuzz/*.h) $(B)/librunclamp.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -pie -o $@ $< $(B)/librunclamp.a $(LIBS) -ljansson -lseccomp
# What reads containerd's answers.
REPLY_OBJ := $(call obj,libexec/containerd/frame.c libexec/containerd/reply.c) $(B)/gen/containerd.pb-c.o
$(B)/tests/fuzz_reply: tests/fuzz/fuzz_reply.c $(REPLY_OBJ) $(B)/librunclamp.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Ilibexec $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -pie -o $@ $^ -l:libprotobuf-c.a $(LIBS)
fuzz-programs: $(FUZZERS)
$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -DBENCH_TARGET='"$(abspath $(@D))/target"' -O2 $(WARN) -static-pie -fPIE -o $@ $<
bench-programs: $(addprefix $(B)/bench/,noop target bench)

# `make asan-units`: any target again, under the sanitizers.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
asan-%:
	$(MAKE) B=$(B)/asan OPT="-O1 -g" SAN="$(SANITIZE)" $*
fuzzers:
	$(MAKE) B=$(B)/fuzz CC=clang OPT="-O1 -g" SAN="$(SANITIZE) -fsanitize=fuzzer-no-link" fuzz-programs

# What Debian 12 has to have. Under systemd docker.io and containerd start their daemons; the tests start their own and leave those alone.
BUILD_DEPS := gcc make libc6-dev libmd-dev gperf libyaml-dev libnghttp2-dev libprotobuf-c-dev protobuf-c-compiler
TEST_DEPS := pkg-config libcap-dev libseccomp-dev libjansson-dev libcmocka-dev clang clang-format clang-tidy libclang-rt-14-dev llvm \
             shellcheck bats jq strace valgrind python3 busybox-static runc crun runsc golang-go golang-github-docker-docker-dev \
             patch patchelf xz-utils musl-tools libcap2-bin golang-go mandoc binutils util-linux ca-certificates \
             python3-grpcio python3-protobuf protobuf-compiler docker.io containerd podman conmon catatonit umoci skopeo uidmap rootlesskit containernetworking-plugins iproute2 iptables
deps:
	@tests/install-deps $(BUILD_DEPS) $(TEST_DEPS)
deps-build:
	@tests/install-deps $(BUILD_DEPS)
demo: deps
	@B=$(B) tests/demo/demo
test: deps
	@B=$(B) tests/run
test-matrix: deps all
	@B=$(B) tests/own-state integration/matrix
# A real Kubernetes: its parts are built once, a quarter of an hour (integration/suites go-k8s).
test-k8s: deps
	@tests/install-deps etcd-server openssl
	@B=$(B) tests/run k8s
# Every combination of the differential suite's tables: two hours.
test-differential: deps all
	@tests/own-state integration/differential --all
test-asan: deps
	@B=$(B) tests/run asan
lint: deps
	@B=$(B) tests/run lint
fuzz: deps fuzzers oracle
	@tests/fuzz/run $(B)/fuzz/tests 60
	@$(B)/oracle --cases 100000
bench-engines: deps all
	@B=$(B) tests/own-state integration/bench-engines $(ROUNDS)
bench: deps all bench-programs
	@tests/bench/run $(B)

MAN := $(wildcard docs/man/*.[578])
install: all
	install -d $(addprefix $(DESTDIR),$(bindir) $(datadir)/whitelists $(libexecdir)) \
	  $(addprefix $(DESTDIR)$(sysconfdir)/runclamp/,closures.d floors.d whitelists)
	install -d -m 750 $(DESTDIR)/var/log/runclamp
	install $(B)/runclamp $(B)/clampctl $(DESTDIR)$(bindir)/
	install $(B)/floor-payload $(B)/runclamp-containerd $(DESTDIR)$(libexecdir)/
	ln -sf runclamp $(DESTDIR)$(bindir)/runclamp-runsc
	install -m 644 config/whitelists/*.json $(DESTDIR)$(datadir)/whitelists/
	test -e $(DESTDIR)$(sysconfdir)/runclamp/config.json || \
	  install -m 644 config/config.json $(DESTDIR)$(sysconfdir)/runclamp/
	for page in $(MAN); do install -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page || exit 1; done
# The configuration stays if it was changed, and so do folders that hold files.
uninstall:
	rm -f $(addprefix $(DESTDIR)$(bindir)/,runclamp clampctl runclamp-runsc)
	rm -rf $(DESTDIR)$(datadir) $(DESTDIR)$(libexecdir)
	rm -f $(foreach page,$(MAN),$(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $(page)))/$(notdir $(page)))
	! cmp -s config/config.json $(DESTDIR)$(sysconfdir)/runclamp/config.json || \
	  rm $(DESTDIR)$(sysconfdir)/runclamp/config.json
	for dir in closures.d floors.d whitelists .; do \
	  rmdir $(DESTDIR)$(sysconfdir)/runclamp/$$dir 2>/dev/null || true; done
	rmdir $(DESTDIR)/var/log/runclamp 2>/dev/null || true

# A Debian package for prefix=/usr, into $(B).
deb:
	@B=$(B) config/deb/build $(VERSION)

clean:
	rm -rf $(B)

.PHONY: all units oracle fuzz-programs bench-programs fuzzers deps deps-build demo test test-asan test-differential test-k8s test-matrix lint fuzz bench bench-engines install uninstall deb clean FORCE
