/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times the original's entry points on the workloads of ../workloads.mjs, on the machine of ../machine.mjs.
 * Prints the median and the best of so many repeats of about a millisecond, in nanoseconds.
 *
 *   native WORKLOAD REPEATS
 */
#include "lg.h"
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define KERNEL 0xc0000000UL
#define USER 0x08000000UL
#define SPREAD 0x10000000UL
#define USER_PAGES 1024
#define SPREAD_PAGES 64
#define PROCESSES 8
#define GUEST_PAGES 4096
#define HOST_PAGES 4096
#define FOUR_MIB (1UL << 22)
#define F_READ 0x07
#define F_DIRTY 0x67
#define KERNEL_FLAGS 0x163
#define DATA_PAGE 0x1000
#define WARM_UP_NS 150e6
#define REPEAT_NS 1e6

struct page frames[1UL << (32 - PAGE_SHIFT)];
struct free_page *free_pages;
unsigned long launcher_base, launcher_pages = GUEST_PAGES, launcher_frames[GUEST_PAGES];
int host_cpu;
struct page *lg_switcher_pages[TOTAL_SWITCHER_PAGES];
#ifdef CONFIG_X86_PAE
unsigned long switcher_addr = 0xffe00000UL;
#define TOP_FLAGS _PAGE_PRESENT
#else
unsigned long switcher_addr = 0xffc00000UL;
#define TOP_FLAGS _PAGE_TABLE
#endif

static struct lguest guest;
static struct lg_cpu *const cpu = &guest.cpus[0];
static unsigned long next_table = 2;
static unsigned long gpgdirs[PROCESSES];

void guest_is_killed(const char *reason)
{
	fprintf(stderr, "the benchmark's guest was killed: %s\n", reason);
	exit(1);
}

void pin_stack_pages(struct lg_cpu *vcpu)
{
	for (int i = 0; i < vcpu->stack_pages; i++)
		pin_page(vcpu, vcpu->esp1 - 1 - i * PAGE_SIZE);
}

/* The machine. */

static char *map_pages(unsigned long count)
{
	char *place = mmap(NULL, count * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (place == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return place;
}

static void make_host(void)
{
	char *place = map_pages(HOST_PAGES);

	for (int i = HOST_PAGES - 1; i >= 0; i--)
		free_page((unsigned long)(place + i * PAGE_SIZE));
	for (int i = 0; i < TOTAL_SWITCHER_PAGES; i++) {
		lg_switcher_pages[i] = pfn_to_page(get_zeroed_page(GFP_KERNEL) >> PAGE_SHIFT);
		get_page(lg_switcher_pages[i]);
	}
}

static void make_guest(void)
{
	guest.mem_base = map_pages(GUEST_PAGES);
	guest.pfn_limit = GUEST_PAGES;
	guest.lguest_data = (struct lguest_data *)(guest.mem_base + DATA_PAGE);
	launcher_base = (unsigned long)guest.mem_base >> PAGE_SHIFT;
	for (int i = 0; i < GUEST_PAGES; i++) {
		launcher_frames[i] = launcher_base + i;
		get_page(pfn_to_page(launcher_frames[i]));
	}
	cpu->lg = &guest;
	cpu->regs_page = get_zeroed_page(GFP_KERNEL);
	get_page(pfn_to_page(__pa(cpu->regs_page) >> PAGE_SHIFT));
}

static unsigned long take_table(void)
{
	return next_table++ * PAGE_SIZE;
}

static unsigned long table_of(unsigned long table, int index, int flags)
{
	entry_t *entry = (entry_t *)(guest.mem_base + table) + index;

	if (!(*entry & _PAGE_PRESENT))
		*entry = take_table() | flags;
	return *entry & PAGE_MASK;
}

/* Puts one leaf into a guest's tables, with what tables it takes. */
static void map(unsigned long gpgdir, unsigned long vaddr, unsigned long gpfn, int flags)
{
	unsigned long table = table_of(gpgdir, pgd_index(vaddr), TOP_FLAGS);

#ifdef CONFIG_X86_PAE
	table = table_of(table, pmd_index(vaddr), _PAGE_TABLE);
#endif
	((entry_t *)(guest.mem_base + table))[pte_index(vaddr)] = (gpfn << PAGE_SHIFT) | flags;
}

static void make_processes(int user_flags)
{
	for (int i = 0; i < PROCESSES; i++)
		gpgdirs[i] = take_table();
	for (int page = 0; page < GUEST_PAGES; page++)
		map(gpgdirs[0], KERNEL + page * PAGE_SIZE, page, KERNEL_FLAGS);
	for (int i = 1; i < PROCESSES; i++)
		for (int index = pgd_index(KERNEL); index < PTRS_PER_PGD; index++)
			((entry_t *)(guest.mem_base + gpgdirs[i]))[index] =
				((entry_t *)(guest.mem_base + gpgdirs[0]))[index];
	for (int i = 0; i < PROCESSES; i++)
		for (int page = 0; page < USER_PAGES; page++)
			map(gpgdirs[i], USER + page * PAGE_SIZE, 1024 + page, user_flags);
	for (int i = 0; i < SPREAD_PAGES; i++)
		map(gpgdirs[0], SPREAD + i * FOUR_MIB, 2048 + i, user_flags);
}

static void map_switcher(int on)
{
	host_cpu = on;
	map_switcher_in_guest(cpu, NULL);
}

static void start(void)
{
	if (init_guest_pagetable(&guest) != 0)
		guest_is_killed("no memory");
	guest.lguest_data->kernel_address = KERNEL;
	page_table_guest_data_init(cpu);
	guest_pagetable_clear_all(cpu);
	guest_new_pagetable(cpu, gpgdirs[0]);
	cpu->esp1 = 0xc0008000UL;
	cpu->stack_pages = 2;
	pin_stack_pages(cpu);
	map_switcher(0);
}

static void fault(unsigned long vaddr, int errcode)
{
	if (!demand_page(cpu, vaddr, errcode))
		guest_is_killed("a fault was not fixed");
}

static bool has_slot(unsigned long gpgdir)
{
	for (int i = 0; i < (int)ARRAY_SIZE(guest.pgdirs); i++)
		if (guest.pgdirs[i].pgdir && guest.pgdirs[i].gpgdir == gpgdir)
			return true;
	return false;
}

/* Processes 0 to 3 get the four slots, with 512 kernel pages and all user pages faulted in. */
static void prepare_slots(void)
{
	for (int i = 0; i < 4;)
		if (has_slot(gpgdirs[i])) {
			i++;
		} else {
			guest_new_pagetable(cpu, gpgdirs[i]);
			i = 0;
		}
	for (int i = 0; i < 4; i++) {
		guest_new_pagetable(cpu, gpgdirs[i]);
		for (int page = 0; page < 512; page++)
			fault(KERNEL + page * PAGE_SIZE, 2);
		for (int page = 0; page < USER_PAGES; page++)
			fault(USER + page * PAGE_SIZE, 6);
		map_switcher(0);
	}
	guest_new_pagetable(cpu, gpgdirs[0]);
}

/* The workloads. */

static void fault_user_pages(int errcode)
{
	for (int page = 0; page < USER_PAGES; page++)
		demand_page(cpu, USER + page * PAGE_SIZE, errcode);
	guest_pagetable_flush_user(cpu);
}

static void fault_read(void)
{
	fault_user_pages(4);
}

static void fault_write(void)
{
	fault_user_pages(6);
}

static void fault_sparse(void)
{
	for (int i = 0; i < SPREAD_PAGES; i++)
		demand_page(cpu, SPREAD + i * FOUR_MIB, 4);
	guest_pagetable_flush_user(cpu);
}

static void set_pte_user(void)
{
	for (int page = 0; page < USER_PAGES; page++)
		guest_set_pte(cpu, gpgdirs[0], USER + page * PAGE_SIZE,
			      __pte(((1024UL + page) << PAGE_SHIFT) | F_DIRTY));
}

static void set_pte_kernel(void)
{
	for (int page = 0; page < 512; page++)
		guest_set_pte(cpu, gpgdirs[0], KERNEL + page * PAGE_SIZE,
			      __pte(((unsigned long)page << PAGE_SHIFT) | KERNEL_FLAGS));
}

static void switch_over(int processes, int times)
{
	for (int i = 0; i < times; i++)
		for (int process = 0; process < processes; process++)
			guest_new_pagetable(cpu, gpgdirs[process]);
}

static void switch4(void)
{
	switch_over(4, 64);
}

static void switch8(void)
{
	switch_over(8, 8);
}

static void switch8_faults(void)
{
	for (int process = 0; process < 8; process++) {
		guest_new_pagetable(cpu, gpgdirs[process]);
		for (int page = 0; page < 8; page++)
			demand_page(cpu, USER + page * PAGE_SIZE, 4);
		map_switcher(0);
	}
}

static void migrate(void)
{
	for (int i = 0; i < 128; i++)
		map_switcher(i & 1);
}

static void stay(void)
{
	for (int i = 0; i < 256; i++)
		map_switcher(0);
}

static void clear_all(void)
{
	guest_pagetable_clear_all(cpu);
	for (int page = 0; page < 32; page++)
		demand_page(cpu, USER + page * PAGE_SIZE, 4);
	for (int page = 0; page < 32; page++)
		demand_page(cpu, KERNEL + 0x100000 + page * PAGE_SIZE, 2);
	map_switcher(0);
}

static const struct workload {
	const char *name;
	int count;
	bool prepared;
	int user_flags;
	void (*round)(void);
} workloads[] = {
	{ "fault-read", USER_PAGES, false, F_READ, fault_read },
	{ "fault-write", USER_PAGES, false, F_READ, fault_write },
	{ "fault-sparse", SPREAD_PAGES, false, F_READ, fault_sparse },
	{ "setpte-user", USER_PAGES, true, F_DIRTY, set_pte_user },
	{ "setpte-kernel", 512, true, F_DIRTY, set_pte_kernel },
	{ "switch4", 4 * 64, true, F_DIRTY, switch4 },
	{ "switch8", 8 * 8, true, F_DIRTY, switch8 },
	{ "switch8-faults", 8, true, F_DIRTY, switch8_faults },
	{ "migrate", 128, true, F_DIRTY, migrate },
	{ "stay", 256, true, F_DIRTY, stay },
	{ "clearall", 1, true, F_DIRTY, clear_all },
};

/* The measuring. */

static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static double time_rounds(const struct workload *workload, int rounds)
{
	double begun = now_ns();

	for (int i = 0; i < rounds; i++)
		workload->round();
	return (now_ns() - begun) / rounds;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct workload *workload, int repeats)
{
	double times[repeats], warm = now_ns() + WARM_UP_NS;
	int rounds;

	while (now_ns() < warm)
		workload->round();
	rounds = REPEAT_NS / time_rounds(workload, 10) + 0.5;
	if (rounds < 1)
		rounds = 1;
	for (int i = 0; i < repeats; i++)
		times[i] = time_rounds(workload, rounds) / workload->count;
	qsort(times, repeats, sizeof(times[0]), by_value);
	printf("{\"medianNs\":%.3f,\"bestNs\":%.3f}\n", times[repeats / 2], times[0]);
}

int main(int argc, char **argv)
{
	const struct workload *workload = workloads;
	int repeats = argc == 3 ? atoi(argv[2]) : 0;

	while (argc == 3 && workload < workloads + ARRAY_SIZE(workloads) &&
	       strcmp(workload->name, argv[1]) != 0)
		workload++;
	if (repeats < 1 || workload == workloads + ARRAY_SIZE(workloads)) {
		fprintf(stderr, "usage: native WORKLOAD REPEATS\n");
		return 2;
	}
	make_host();
	make_guest();
	make_processes(workload->user_flags);
	start();
	if (workload->prepared)
		prepare_slots();
	measure(workload, repeats);
	return 0;
}
