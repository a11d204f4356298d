# Turns syscalls.tbl into input for gperf: a perfect hash from a name to its id
# (the index in the sorted table), and behind it the tables by id and by number.
# Offsets instead of pointers (%pic): nothing to relocate when a shim starts.
BEGIN {
	n = 0
	narch = split("x86_64 x86 x32 aarch64 arm", arch)
	print "%language=ANSI-C"
	print "%define hash-function-name syscalls_hash"
	print "%define lookup-function-name syscalls_word"
	print "%define string-pool-name syscalls_pool"
	print "%compare-lengths\n%compare-strncmp\n%readonly-tables\n%pic\n%struct-type"
	print "struct syscalls_word { short name, id; };"
	print "%%"
}
/^#/ || NF == 0 { next }
{
	if (NF != narch + 1 || (n && name[n - 1] >= $1)) {
		print FILENAME ":" FNR ": not six columns, sorted by name" > "/dev/stderr"
		exit failed = 1
	}
	print $1 "," n
	name[n] = $1
	for (a = 1; a <= narch; a++) {
		nr[n, a] = $(a + 1) == "-" ? -1 : $(a + 1)
		# ARM has a few private numbers above 0xf0000: searched for, not indexed.
		if (nr[n, a] >= 0 && nr[n, a] < 1024) {
			id[a, nr[n, a]] = n + 1
			if (nr[n, a] > top[a])
				top[a] = nr[n, a]
		}
	}
	if (length($1) > width)
		width = length($1)
	n++
}
END {
	if (failed)
		exit 1
	print "%%"
	print "enum { SYSCALLS_COUNT = " n ", SYSCALLS_WIDTH = " width + 1 " };"
	print "static const char syscalls_name[SYSCALLS_COUNT][SYSCALLS_WIDTH] = {"
	for (i = 0; i < n; i++)
		print "\t\"" name[i] "\","
	print "};\nstatic const int syscalls_number[SYSCALLS_COUNT][" narch "] = {"
	for (i = 0; i < n; i++) {
		row = ""
		for (a = 1; a <= narch; a++)
			row = row nr[i, a] ","
		print "\t{" row "},"
	}
	print "};"
	for (a = 1; a <= narch; a++) {
		# An id plus one; 0: no such number.
		print "static const short syscalls_by_" arch[a] "[] = {"
		for (i = 0; i <= top[a]; i++)
			printf "%d,%s", id[a, i], i % 16 == 15 ? "\n" : ""
		print "};"
	}
}
