/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Just enough of a kernel, in user space and 32 bits, to compile and time the original's
 * page_tables.c. Where there is a choice it does less than a kernel: reference counts
 * are not atomic, guest memory is read where it lies, and the Launcher's page tables are an array.
 */
#ifndef LG_H
#define LG_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t u32;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BUG_ON(condition) do { if (unlikely(condition)) abort(); } while (0)

/* Paging, of either format (Intel SDM volume 3, chapter 4). */
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#define _PAGE_PRESENT 0x001
#define _PAGE_RW 0x002
#define _PAGE_USER 0x004
#define _PAGE_ACCESSED 0x020
#define _PAGE_DIRTY 0x040
#define _PAGE_PSE 0x080
#define _PAGE_GLOBAL 0x100
#define _PAGE_TABLE 0x067
#define __PAGE_KERNEL 0x163
#define __PAGE_KERNEL_RO 0x161
#define PAGE_KERNEL_RX __pgprot(0x161)

#ifdef CONFIG_X86_PAE
typedef uint64_t entry_t;
#define PFN_MASK 0x000ffffffffff000ULL
#define PTRS_PER_PGD 4
#define PTRS_PER_PMD 512
#define PTRS_PER_PTE 512
#define PGDIR_SHIFT 30
#define PMD_SHIFT 21
#define pmd_index(vaddr) (((vaddr) >> PMD_SHIFT) & (PTRS_PER_PMD - 1))
#else
typedef uint32_t entry_t;
#define PFN_MASK 0xfffff000UL
#define PTRS_PER_PGD 1024
#define PTRS_PER_PTE 1024
#define PGDIR_SHIFT 22
#endif
#define pgd_index(vaddr) (((vaddr) >> PGDIR_SHIFT) & (PTRS_PER_PGD - 1))
#define pte_index(vaddr) (((vaddr) >> PAGE_SHIFT) & (PTRS_PER_PTE - 1))

typedef struct { entry_t value; } pgd_t;
typedef struct { entry_t value; } pmd_t;
typedef struct { entry_t value; } pte_t;
typedef struct { entry_t value; } pgprot_t;

#define entry_flags(entry) ((entry).value & ~PFN_MASK)
#define entry_pfn(entry) ((unsigned long)(((entry).value & PFN_MASK) >> PAGE_SHIFT))
#define pgd_flags(entry) entry_flags(entry)
#define pmd_flags(entry) entry_flags(entry)
#define pte_flags(entry) entry_flags(entry)
#define pgd_pfn(entry) entry_pfn(entry)
#define pmd_pfn(entry) entry_pfn(entry)
#define pte_pfn(entry) entry_pfn(entry)
#define __pgd(bits) ((pgd_t){ bits })
#define __pmd(bits) ((pmd_t){ bits })
#define __pte(bits) ((pte_t){ bits })
#define __pgprot(bits) ((pgprot_t){ bits })
#define set_pgd(place, entry) (*(place) = (entry))
#define set_pmd(place, entry) (*(place) = (entry))
#define set_pte(place, entry) (*(place) = (entry))
#define pfn_pte(pfn, rights) __pte(((entry_t)(pfn) << PAGE_SHIFT) | (rights).value)
#define pte_mkyoung(entry) __pte((entry).value | _PAGE_ACCESSED)
#define pte_mkdirty(entry) __pte((entry).value | _PAGE_DIRTY)
#define pte_wrprotect(entry) __pte((entry).value & ~(entry_t)_PAGE_RW)
#define pte_dirty(entry) ((entry).value & _PAGE_DIRTY)

/* Host memory: a frame's address is its physical address. */
#define __pa(address) ((unsigned long)(address))
#define __va(address) ((void *)(unsigned long)(address))

struct page { int count; };
extern struct page frames[1UL << (32 - PAGE_SHIFT)];
#define pfn_to_page(pfn) (&frames[pfn])
#define page_to_pfn(page) ((unsigned long)((page) - frames))
#define pte_page(entry) pfn_to_page(pte_pfn(entry))
#define mk_pte(page, rights) pfn_pte(page_to_pfn(page), rights)

static inline void get_page(struct page *page)
{
	page->count++;
}

static inline void put_page(struct page *page)
{
	BUG_ON(--page->count == 0);
}

#define GFP_KERNEL 0
struct free_page { struct free_page *next; };
extern struct free_page *free_pages;

static inline unsigned long get_zeroed_page(int flags)
{
	struct free_page *page = free_pages;

	if (!page)
		return 0;
	free_pages = page->next;
	return (unsigned long)memset(page, 0, PAGE_SIZE);
}

static inline void free_page(unsigned long address)
{
	struct free_page *page = (struct free_page *)address;

	if (!page)
		return;
	page->next = free_pages;
	free_pages = page;
}

/* The Launcher's pages: which frame each has. */
extern unsigned long launcher_base, launcher_pages;
extern unsigned long launcher_frames[];

static inline int get_user_pages_fast(unsigned long start, int count, int write, struct page **found)
{
	unsigned long page = (start >> PAGE_SHIFT) - launcher_base;

	if (page >= launcher_pages)
		return -EFAULT;
	*found = pfn_to_page(launcher_frames[page]);
	get_page(*found);
	return count;
}

/* What the linear-congruential generator of the recorded figures gives. */
static inline u32 prandom_u32(void)
{
	static u32 x = 1;

	x = x * 1664525 + 1013904223;
	return x >> 16;
}

/* Host CPUs and the Switcher. */
#define HOST_CPUS 4
extern int host_cpu;
#define raw_smp_processor_id() host_cpu
#define for_each_possible_cpu(i) for ((i) = 0; (i) < HOST_CPUS; (i)++)
#define TOTAL_SWITCHER_PAGES (1 + 2 * HOST_CPUS)
struct lguest_pages { char bytes[2 * PAGE_SIZE]; };
extern unsigned long switcher_addr;
extern struct page *lg_switcher_pages[TOTAL_SWITCHER_PAGES];

/* The guest. */
struct pgdir {
	unsigned long gpgdir;
	bool switcher_mapped;
	int last_host_cpu;
	pgd_t *pgdir;
};

struct lguest;
struct lg_cpu {
	struct lguest *lg;
	u32 cpu_pgd;
	bool linear_pages;
	unsigned long regs_page, esp1;
	int stack_pages;
};

struct lguest_data { u32 kernel_address, reserve_mem; };

struct lguest {
	struct lguest_data *lguest_data;
	struct lg_cpu cpus[1];
	u32 pfn_limit;
	char *mem_base;
	unsigned long kernel_address;
	struct pgdir pgdirs[4];
};

#define get_user(value, place) ((value) = *(place), 0)
#define put_user(value, place) (*(place) = (value), 0)

void guest_is_killed(const char *reason);
#define kill_guest(cpu, reason, ...) guest_is_killed(reason)

static inline void *guest_memory(struct lg_cpu *cpu, unsigned long address, unsigned long bytes)
{
	if ((address + bytes) / PAGE_SIZE >= cpu->lg->pfn_limit)
		guest_is_killed("bad address");
	return cpu->lg->mem_base + address;
}

#define lgread(cpu, address, type) (*(type *)guest_memory(cpu, address, sizeof(type)))
#define lgwrite(cpu, address, type, value) (*(type *)guest_memory(cpu, address, sizeof(type)) = (value))

/* What page_tables.c has for others, and what it asks of them. */
void pin_stack_pages(struct lg_cpu *cpu);
bool demand_page(struct lg_cpu *cpu, unsigned long vaddr, int errcode);
void pin_page(struct lg_cpu *cpu, unsigned long vaddr);
void guest_pagetable_flush_user(struct lg_cpu *cpu);
void guest_pagetable_clear_all(struct lg_cpu *cpu);
void guest_new_pagetable(struct lg_cpu *cpu, unsigned long pgtable);
void guest_set_pte(struct lg_cpu *cpu, unsigned long gpgdir, unsigned long vaddr, pte_t gpte);
int init_guest_pagetable(struct lguest *lg);
void page_table_guest_data_init(struct lg_cpu *cpu);
void map_switcher_in_guest(struct lg_cpu *cpu, struct lguest_pages *pages);

#endif
