/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bare loop over a Lackey log, to compare with: a TLB of 64 entries in sets of 4, replaced in order of use, a two-level
 * page table that is filled on demand, and counts. No kernel, no faults, no shadow tables, and 32-bit addresses only.
 *
 *   bare-loop FILE     prints accesses and misses
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAYS 4
#define SETS 16
#define PAGE_SHIFT 12
#define ENTRIES 1024
#define PRESENT 1
#define WRITTEN 2
#define EMPTY UINT32_MAX

/* Of each set the page numbers, the one used last first. */
static uint32_t tlb[SETS][WAYS];
static uint32_t *tables[ENTRIES];
static uint64_t accesses, misses, stores;

static uint32_t *entry_of(uint32_t page)
{
	uint32_t **table = &tables[page / ENTRIES];

	if (!*table)
		*table = calloc(ENTRIES, sizeof(**table));
	return &(*table)[page % ENTRIES];
}

static void miss(uint32_t *set, uint32_t page)
{
	misses++;
	*entry_of(page) |= PRESENT;
	for (int way = WAYS - 1; way > 0; way--)
		set[way] = set[way - 1];
	set[0] = page;
}

static inline void look_up(uint32_t page)
{
	uint32_t *set = tlb[page % SETS];

	if (set[0] == page)
		return;
	for (int way = 1; way < WAYS; way++)
		if (set[way] == page) {
			for (; way > 0; way--)
				set[way] = set[way - 1];
			set[0] = page;
			return;
		}
	miss(set, page);
}

static inline void access_bytes(uint32_t address, uint32_t size, int is_store)
{
	uint32_t first = address >> PAGE_SHIFT, last = (address + size - 1) >> PAGE_SHIFT;

	accesses++;
	look_up(first);
	if (last != first)
		look_up(last);
	if (is_store) {
		stores++;
		*entry_of(first) |= WRITTEN;
	}
}

static int8_t digits[256];

static void run(const uint8_t *text, const uint8_t *end)
{
	while (text < end) {
		uint8_t kind = text[0] == 'I' ? 'I' : text[0] == ' ' ? text[1] : 0;

		if (kind == 'I' || kind == 'L' || kind == 'S' || kind == 'M') {
			uint32_t address = 0, size = 0;

			for (text += 3; digits[*text] >= 0; text++)
				address = address << 4 | digits[*text];
			for (text++; *text != '\n'; text++)
				size = size * 10 + (*text - '0');
			if (kind != 'S')
				access_bytes(address, size, 0);
			if (kind == 'S' || kind == 'M')
				access_bytes(address, size, 1);
		} else {
			while (*text != '\n')
				text++;
		}
		text++;
	}
}

int main(int argc, char **argv)
{
	int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct stat status;

	if (file < 0 || fstat(file, &status) != 0) {
		fprintf(stderr, "usage: bare-loop FILE\n");
		return 2;
	}
	for (int c = 0; c < 256; c++)
		digits[c] = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
	for (int set = 0; set < SETS; set++)
		for (int way = 0; way < WAYS; way++)
			tlb[set][way] = EMPTY;
	const uint8_t *text = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (text == MAP_FAILED) {
		perror(argv[1]);
		return 1;
	}
	run(text, text + status.st_size);
	printf("{\"accesses\":%llu,\"misses\":%llu,\"stores\":%llu}\n", (unsigned long long)accesses,
	       (unsigned long long)misses, (unsigned long long)stores);
	return 0;
}
