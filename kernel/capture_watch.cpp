#include "kernel/capture_watch.hpp"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "kernel/capture_rules.hpp"
#include "kernel/install_failure.hpp"
#include "kernel/marks.hpp"
#include "kernel/socket_options.hpp"

namespace kernel {
namespace {

using engine::ByteView;

constexpr int room = 4 << 20;
constexpr std::size_t largest_read = 65536;
constexpr std::size_t most_reads = 4096;
constexpr unsigned short name_attribute = 1;  // the table's name, in messages about tables, chains, rules and sets alike

std::size_t aligned(std::size_t octets) { return (octets + 3) & ~std::size_t{3}; }

template <class Header>
std::optional<Header> read_header(ByteView octets) {
  if (octets.size() < sizeof(Header)) return std::nullopt;
  Header out;
  std::memcpy(&out, octets.data(), sizeof out);
  return out;
}

// Calls `each(type, body)` for every whole message.
template <class Each>
void for_messages(ByteView octets, Each each) {
  while (const auto header = read_header<nlmsghdr>(octets)) {
    if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > octets.size()) return;
    each(header->nlmsg_type, octets.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr)));
    octets = octets.subspan(std::min(octets.size(), aligned(header->nlmsg_len)));
  }
}

std::optional<ByteView> find_attribute(ByteView octets, unsigned short type) {
  while (const auto header = read_header<nlattr>(octets)) {
    if (header->nla_len < sizeof(nlattr) || header->nla_len > octets.size()) return std::nullopt;
    if ((header->nla_type & NLA_TYPE_MASK) == type) return octets.subspan(sizeof(nlattr), header->nla_len - sizeof(nlattr));
    octets = octets.subspan(std::min(octets.size(), aligned(header->nla_len)));
  }
  return std::nullopt;
}

// A mark, and the table of the same number.
bool is_of(const std::optional<ByteView>& attribute, unsigned instance) {
  const auto value = attribute ? read_header<std::uint32_t>(*attribute) : std::nullopt;
  return value && (*value & capture_mark_mask) == capture_mark_base && capture_instance(*value) == instance % 16;
}

engine::Result<int> listen(int protocol, std::initializer_list<int> groups) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return failed_call("netlink");
  set_socket_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, room);
  // Bound, so that it has a port: news go to everybody but "port 0", which is what a socket without one has.
  const sockaddr_nl any{AF_NETLINK, 0, 0, 0};
  bool done = bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
  for (const int group : groups) done = done && set_socket_option(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  if (done) return fd;
  auto why = failed_call("netlink news");
  close(fd);
  return why;
}

// A router has as many routes as its neighbours tell it: of their coming and going the kernel leaves out all but ours that are
// deleted. What a filter reads is in network byte order, and what netlink writes in the host's.
bool hear_few_routes(int fd) {
  constexpr std::uint32_t type = 4, protocol = 21;
  constexpr auto load = [](unsigned size, std::uint32_t at) { return sock_filter(BPF_STMT(BPF_LD | size | BPF_ABS, at)); };
  sock_filter program[] = {load(BPF_H, type),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 3, 0),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
                           load(BPF_B, protocol),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own_route_protocol, 1, 0),
                           BPF_STMT(BPF_RET | BPF_K, 0),
                           BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF)};
  return set_socket_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{std::size(program), program});
}

// Hands what waits to `each`; false: some of it is lost.
template <class Each>
bool drain(int fd, Each each) {
  alignas(nlmsghdr) std::uint8_t octets[largest_read];
  bool whole = true;
  for (std::size_t i = 0; i < most_reads; ++i) {
    const ssize_t got = recv(fd, octets, sizeof octets, 0);
    if (got >= 0)
      each(ByteView(octets, static_cast<std::size_t>(got)));
    else if (errno == ENOBUFS)
      whole = false;
    else if (errno != EINTR)
      break;
  }
  return whole;
}

}  // namespace

CaptureNews read_nftables_news(ByteView octets, std::string_view table) {
  CaptureNews out;
  for_messages(octets, [&](unsigned type, ByteView body) {
    const unsigned what = type & 0xFF;
    const bool removal = what == NFT_MSG_DELTABLE || what == NFT_MSG_DELCHAIN || what == NFT_MSG_DELRULE;
    if (type >> 8 != NFNL_SUBSYS_NFTABLES || !removal || body.size() < sizeof(nfgenmsg)) return;
    const auto name = find_attribute(body.subspan(sizeof(nfgenmsg)), name_attribute);
    if (!name) return;
    const std::string_view text(reinterpret_cast<const char*>(name->data()), name->size());
    out.table_hit = out.table_hit || text.substr(0, text.find('\0')) == table;
  });
  return out;
}

CaptureNews read_route_news(ByteView octets, unsigned instance) {
  CaptureNews out;
  for_messages(octets, [&](unsigned type, ByteView body) {
    if (type == RTM_DELRULE && body.size() >= sizeof(fib_rule_hdr)) {
      const auto mark = find_attribute(body.subspan(sizeof(fib_rule_hdr)), FRA_FWMARK);
      out.rule_hit = out.rule_hit || is_of(mark, instance);
    }
    const auto route = type == RTM_DELROUTE ? read_header<rtmsg>(body) : std::nullopt;
    out.rule_hit = out.rule_hit || (route && route->rtm_protocol == own_route_protocol);
    const auto address = type == RTM_DELADDR ? read_header<ifaddrmsg>(body) : std::nullopt;
    if (address) out.down.push_back(address->ifa_index);
    const bool about_link = type == RTM_NEWLINK || type == RTM_DELLINK;
    const auto link = about_link ? read_header<ifinfomsg>(body) : std::nullopt;
    if (link && (type == RTM_DELLINK || !(link->ifi_flags & IFF_UP))) out.down.push_back(static_cast<unsigned>(link->ifi_index));
  });
  return out;
}

CaptureWatch::CaptureWatch(CaptureWatch&& other) noexcept
    : instance_(other.instance_), table_(std::move(other.table_)), fds_(other.fds_) {
  other.fds_.fill(-1);
}

CaptureWatch::~CaptureWatch() {
  for (const int fd : fds_)
    if (fd >= 0) close(fd);
}

engine::Result<CaptureWatch> CaptureWatch::open(unsigned instance) {
  CaptureWatch out;
  out.instance_ = instance;
  out.table_ = capture_table(instance).substr(std::string_view("inet ").size());
  TRY(out.fds_[0], listen(NETLINK_NETFILTER, {NFNLGRP_NFTABLES}));
  TRY(out.fds_[1], listen(NETLINK_ROUTE, {RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
                                          RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE}));
  if (!hear_few_routes(out.fds_[1])) return failed_call("netlink news of routes");
  return out;
}

bool CaptureWatch::disturbed(const std::function<bool(unsigned)>& our_device) {
  bool out = false;
  const bool nftables_whole = drain(fds_[0], [&](ByteView octets) { out = out || read_nftables_news(octets, table_).table_hit; });
  const bool route_whole = drain(fds_[1], [&](ByteView octets) {
    const CaptureNews news = read_route_news(octets, instance_);
    out = out || news.rule_hit || std::any_of(news.down.begin(), news.down.end(), our_device);
  });
  return out || !nftables_whole || !route_whole;
}

void CaptureWatch::listen_to_nftables(int option) {
  const int group = NFNLGRP_NFTABLES;
  set_socket_option(fds_[0], SOL_NETLINK, option, group);
}

void CaptureWatch::forget() {
  for (const int fd : fds_) (void)drain(fd, [](ByteView) {});
}

}  // namespace kernel
