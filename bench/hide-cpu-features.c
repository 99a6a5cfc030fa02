/*
 * Hides instruction sets from the programs that it is preloaded into, so that run times which choose their kernels by
 * CPUID can be compared as if on an older processor. x86-64 Linux only, on processors (and hypervisors) that can make
 * CPUID fault: cpuid_fault in /proc/cpuinfo.
 *
 *     HIDE_CPU=amx,avx512 LD_PRELOAD=./hide-cpu-features.so program
 *
 * Names: amx, avx512 (with all that builds on it), avx-vnni. Features that are hidden can still be executed, and the C
 * library has made its own choices before this is loaded.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { EAX, EBX, ECX, EDX };

/** One bit of what CPUID answers. */
struct feature {
  const char* group;
  uint8_t part; /* of leaf 7 */
  uint8_t answer;
  uint8_t bit;
};

static const struct feature features[] = {
    {"amx", 0, EDX, 22},    /* AMX-BF16 */
    {"amx", 0, EDX, 24},    /* AMX-TILE */
    {"amx", 0, EDX, 25},    /* AMX-INT8 */
    {"amx", 1, EAX, 21},    /* AMX-FP16 */
    {"avx512", 0, EBX, 16}, /* F */
    {"avx512", 0, EBX, 17}, /* DQ */
    {"avx512", 0, EBX, 21}, /* IFMA */
    {"avx512", 0, EBX, 26}, /* PF */
    {"avx512", 0, EBX, 27}, /* ER */
    {"avx512", 0, EBX, 28}, /* CD */
    {"avx512", 0, EBX, 30}, /* BW */
    {"avx512", 0, EBX, 31}, /* VL */
    {"avx512", 0, ECX, 1},  /* VBMI */
    {"avx512", 0, ECX, 6},  /* VBMI2 */
    {"avx512", 0, ECX, 11}, /* VNNI */
    {"avx512", 0, ECX, 12}, /* BITALG */
    {"avx512", 0, ECX, 14}, /* VPOPCNTDQ */
    {"avx512", 0, EDX, 2},  /* 4VNNIW */
    {"avx512", 0, EDX, 3},  /* 4FMAPS */
    {"avx512", 0, EDX, 8},  /* VP2INTERSECT */
    {"avx512", 0, EDX, 23}, /* FP16 */
    {"avx512", 1, EAX, 5},  /* BF16 */
    {"avx-vnni", 1, EAX, 4},
    {"avx-vnni", 1, EDX, 4},  /* AVX-VNNI-INT8 */
    {"avx-vnni", 1, EDX, 5},  /* AVX-NE-CONVERT */
    {"avx-vnni", 1, EDX, 10}, /* AVX-VNNI-INT16 */
};

/** What to take away from each answer to leaf 7. */
static uint32_t hidden[2][4];

/** The setting belongs to the thread; new threads and forked processes inherit it. */
static void let_cpuid_fault(int faults) {
  const long set_cpuid = 0x1012; /* ARCH_SET_CPUID */
  syscall(SYS_arch_prctl, set_cpuid, faults ? 0 : 1);
}

static void answer_cpuid(int signal_number, siginfo_t* info, void* context) {
  (void)info;
  greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
  const uint8_t* instruction = (const uint8_t*)registers[REG_RIP];
  if (instruction[0] != 0x0f || instruction[1] != 0xa2) {
    signal(signal_number, SIG_DFL); /* a fault of another kind: let it happen again */
    return;
  }
  const uint32_t leaf = (uint32_t)registers[REG_RAX], part = (uint32_t)registers[REG_RCX];
  uint32_t answer[4];
  let_cpuid_fault(0);
  __cpuid_count(leaf, part, answer[EAX], answer[EBX], answer[ECX], answer[EDX]);
  let_cpuid_fault(1);
  if (leaf == 7 && part < 2) {
    for (int i = 0; i < 4; i++) {
      answer[i] &= ~hidden[part][i];
    }
  }
  registers[REG_RAX] = answer[EAX];
  registers[REG_RBX] = answer[EBX];
  registers[REG_RCX] = answer[ECX];
  registers[REG_RDX] = answer[EDX];
  registers[REG_RIP] += 2;
}

typedef int set_action(int, const struct sigaction*, struct sigaction*);

/** Nobody else may handle the signal: the handler of a crash reporter would take CPUID for a crash. */
int sigaction(int number, const struct sigaction* action, struct sigaction* before) {
  set_action* real = (set_action*)dlsym(RTLD_NEXT, "sigaction");
  return real(number, number == SIGSEGV ? NULL : action, before);
}

__attribute__((constructor)) static void start(void) {
  const char* names = getenv("HIDE_CPU");
  if (names == NULL) {
    return;
  }
  for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
    if (strstr(names, features[i].group) != NULL) {
      hidden[features[i].part][features[i].answer] |= 1u << features[i].bit;
    }
  }
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = answer_cpuid;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  ((set_action*)dlsym(RTLD_NEXT, "sigaction"))(SIGSEGV, &action, NULL);
  let_cpuid_fault(1);
}
