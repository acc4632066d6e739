#include "kernel/confinement.hpp"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace kernel {
namespace {

constexpr int kept[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE};

constexpr bool is_kept(int capability) {
  for (const int each : kept)
    if (each == capability) return true;
  return false;
}

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

// What glibc, libstdc++, SQLite, OpenSSL, libnl, libnftables and we ourselves call, by what it is for. Numbers that a machine
// does not have are left out.
constexpr int own_calls[] = {
    // memory
    SYS_brk,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    // threads and their locks
    SYS_clone,
    SYS_clone3,
    SYS_futex,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_sched_setaffinity,
    SYS_sched_setscheduler,
    SYS_getcpu,
    SYS_membarrier,
    SYS_exit,
    SYS_exit_group,
    // signals, of our own process
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_tgkill,
    SYS_restart_syscall,
    SYS_signalfd4,
    // time and chance
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_getrandom,
    // who we are
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_prlimit64,
    SYS_getrlimit,
    SYS_getrusage,
    SYS_umask,
    SYS_prctl,
    SYS_getcwd,
    // files
    SYS_openat,
    SYS_close,
    SYS_close_range,
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_pwrite64,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_fstatfs,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_unlinkat,
    SYS_renameat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_flock,
    SYS_fcntl,
    SYS_fadvise64,
    SYS_ioctl,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    // sockets and waiting
    SYS_socket,
    SYS_socketpair,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_connect,
    SYS_shutdown,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_recvmmsg,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_ppoll,
    SYS_pselect6,
    SYS_eventfd2,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_timerfd_gettime,
#ifdef SYS_open  // machines older than the calls above
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_unlink,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
    SYS_chmod,
    SYS_chown,
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
    SYS_pipe,
    SYS_time,
    SYS_arch_prctl,
    SYS_getdents,
#endif
};

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t machine = 0;  // its numbers are not known here: nothing is filtered
#endif

// What a sanitizer's run-time needs to report is not listed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool filtered = false;
#else
constexpr bool filtered = machine != 0;
#endif

std::vector<sock_filter> program() {
  constexpr std::uint32_t refuse = SECCOMP_RET_ERRNO | ENOSYS;
  constexpr std::uint32_t ours = BPF_LD | BPF_W | BPF_ABS, equal = BPF_JMP | BPF_JEQ | BPF_K, verdict = BPF_RET | BPF_K;
  std::vector<sock_filter> out{BPF_STMT(ours, offsetof(seccomp_data, arch)), BPF_JUMP(equal, machine, 1, 0),
                               BPF_STMT(verdict, SECCOMP_RET_KILL_PROCESS), BPF_STMT(ours, offsetof(seccomp_data, nr))};
  for (const int call : own_calls) {
    out.push_back(BPF_JUMP(equal, static_cast<std::uint32_t>(call), 0, 1));
    out.push_back(BPF_STMT(verdict, SECCOMP_RET_ALLOW));
  }
  out.push_back(BPF_STMT(verdict, refuse));
  return out;
}

}  // namespace

void hide_memory() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) < 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) fail("cannot forbid core files");
}

void keep_network_capabilities_only() {
  // Where we may not take them out of the bounding set, there is nobody who could use them: see PR_SET_NO_NEW_PRIVS.
  for (int each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each)
    if (!is_kept(each)) ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail("cannot forbid new privileges");

  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, data) < 0) fail("cannot read the capabilities");
  std::uint32_t wanted = 0;  // all of them are in the first word
  for (const int each : kept) wanted |= CAP_TO_MASK(each);
  data[0].permitted &= wanted;
  data[0].effective = data[0].permitted;
  data[1].permitted = data[1].effective = data[0].inheritable = data[1].inheritable = 0;
  if (::syscall(SYS_capset, &header, data) < 0) fail("cannot give up capabilities");
}

void keep_own_system_calls_only() {
  if (!filtered) return;
  std::vector<sock_filter> instructions = program();
  const sock_fprog filter{static_cast<unsigned short>(instructions.size()), instructions.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0 && errno != EINVAL)  // EINVAL: a kernel without it
    fail("cannot limit the system calls");
}

}  // namespace kernel
