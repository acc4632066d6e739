#include "kernel/capture.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "kernel/capture_rules.hpp"
#include "kernel/install_failure.hpp"
#include "kernel/marks.hpp"

namespace kernel {
namespace {

constexpr std::uint32_t whole_mark = 0xFFFFFFFF;
constexpr std::uint32_t blackhole_metric = 9999;  // behind any other route: what is left when the TUN device goes
constexpr int families[] = {AF_INET, AF_INET6};

using rtnetlink::Route;
using rtnetlink::Rule;

// Mark and table have the same number, so that one tells the other also after a crash.
Rule make_rule(int family, std::uint32_t mark) {
  Rule rule(rtnl_rule_alloc());
  rtnl_rule_set_family(rule.get(), family);
  rtnl_rule_set_prio(rule.get(), capture_rule_preference);
  rtnl_rule_set_mark(rule.get(), mark);
  rtnl_rule_set_mask(rule.get(), whole_mark);
  rtnl_rule_set_table(rule.get(), mark);
  rtnl_rule_set_action(rule.get(), FR_ACT_TO_TBL);
  return rule;
}

// Right behind it: whatever becomes of the table, nothing that is marked goes on to the main one.
Rule make_barrier(int family, std::uint32_t mark) {
  Rule rule = make_rule(family, mark);
  rtnl_rule_set_prio(rule.get(), capture_rule_preference + 1);
  rtnl_rule_set_table(rule.get(), RT_TABLE_UNSPEC);
  rtnl_rule_set_action(rule.get(), FR_ACT_BLACKHOLE);
  return rule;
}

Route make_default_route(int family, std::uint32_t table) {
  const auto everything = engine::Prefix::any(family == AF_INET ? engine::Family::v4 : engine::Family::v6);
  Route route = rtnetlink::make_route(everything, table);
  rtnl_route_set_protocol(route.get(), own_route_protocol);
  return route;
}

Route blackhole(int family, std::uint32_t table) {
  Route route = make_default_route(family, table);
  rtnl_route_set_type(route.get(), RTN_BLACKHOLE);
  rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  rtnl_route_set_priority(route.get(), blackhole_metric);
  return route;
}

Route to_device(int family, std::uint32_t table, unsigned ifindex) {
  Route route = make_default_route(family, table);
  rtnetlink::lead_to_device(route.get(), ifindex);
  return route;
}

bool done(int result) { return result >= 0 || result == -NLE_EXIST; }
// A host with IPv6 off has nothing to capture there.
bool no_such_family(int family, int result) {
  return family == AF_INET6 &&
         (result == -NLE_AF_NOSUPPORT || result == -NLE_OPNOTSUPP || result == -NLE_NODEV || result == -NLE_PERM);
}

}  // namespace

engine::Result<Capture> Capture::open(unsigned instance) {
  TRY(auto watch, CaptureWatch::open(instance));
  Capture out(instance, std::move(watch));
  out.nft_ = make_nft();
  if (!out.nft_) return failed("libnftables does not start");
  TRY(out.thread_, NftThread::create());
  out.netlink_.reset(nl_socket_alloc());
  if (!out.netlink_) return failed("no memory for a netlink socket");
  if (const int result = nl_connect(out.netlink_.get(), NETLINK_ROUTE); result < 0) return failed(nl_geterror(result));
  return out;
}

engine::Status Capture::run(const std::string& commands) {
  wait();
  watch_.stop_listening();
  auto out = run_nft(nft_.get(), commands);
  watch_.listen_again();
  return out;
}

std::string Capture::listing(const std::string& command) {
  if (nft_run_cmd_from_buffer(nft_.get(), command.c_str()) != 0) {
    nft_ctx_get_error_buffer(nft_.get());
    return {};
  }
  return nft_ctx_get_output_buffer(nft_.get());
}

engine::Status Capture::lead(std::uint32_t mark, unsigned tun_ifindex) {
  nl_sock* socket = netlink_.get();
  for (const int family : families) {
    int result = rtnl_route_add(socket, blackhole(family, mark).get(), NLM_F_CREATE | NLM_F_REPLACE);
    if (done(result)) result = rtnl_route_add(socket, to_device(family, mark, tun_ifindex).get(), NLM_F_CREATE | NLM_F_REPLACE);
    if (done(result)) result = rtnl_rule_add(socket, make_barrier(family, mark).get(), NLM_F_CREATE | NLM_F_EXCL);
    if (done(result)) result = rtnl_rule_add(socket, make_rule(family, mark).get(), NLM_F_CREATE | NLM_F_EXCL);
    if (!done(result) && !no_such_family(family, result))
      return failed(std::string("routing table of captured packets: ") + nl_geterror(result));
  }
  return engine::Done{};
}

void Capture::unlead(std::uint32_t mark) {
  for (const int family : families) {
    rtnl_rule_delete(netlink_.get(), make_rule(family, mark).get(), 0);
    rtnl_rule_delete(netlink_.get(), make_barrier(family, mark).get(), 0);
    // Twice: the route to the device, where that still is, and the black hole.
    for (int i = 0; i < 2; ++i) {
      Route any = make_default_route(family, mark);
      rtnl_route_set_scope(any.get(), RT_SCOPE_NOWHERE);
      rtnl_route_set_type(any.get(), RTN_UNSPEC);
      rtnl_route_set_protocol(any.get(), RTPROT_UNSPEC);
      rtnl_route_delete(netlink_.get(), any.get(), 0);
    }
  }
}

void Capture::unlead_all_but(std::span<const std::uint32_t> marks) {
  nl_cache* raw = nullptr;
  if (rtnl_rule_alloc_cache(netlink_.get(), AF_UNSPEC, &raw) < 0) return;
  const rtnetlink::Cache rules(raw);
  std::vector<std::uint32_t> found;
  for (nl_object* object = nl_cache_get_first(raw); object; object = nl_cache_get_next(object)) {
    auto* rule = reinterpret_cast<rtnl_rule*>(object);
    const std::uint32_t mark = rtnl_rule_get_mark(rule);
    const bool ours = (mark & capture_mark_mask) == capture_mark_base && rtnl_rule_get_table(rule) == mark;
    if (!ours || capture_instance(mark) != instance_ % 16) continue;
    if (std::find(marks.begin(), marks.end(), mark) == marks.end()) found.push_back(mark);
  }
  for (const std::uint32_t mark : found) unlead(mark);
}

engine::Status Capture::apply(const Device& device, unsigned tun_ifindex, std::span<const engine::PolicyLine> lines) {
  const std::uint32_t mark = capture_mark(instance_, device.ifindex);
  CHECK_OK(lead(mark, tun_ifindex));
  CHECK_OK(run(capture_transaction(instance_, device.name, mark, lines)));
  const auto [entry, fresh] = active_.try_emplace(device.name, mark);
  if (!fresh && entry->second != mark) unlead(std::exchange(entry->second, mark));
  return engine::Done{};
}

engine::Status Capture::apply_later(const Device& device, unsigned tun_ifindex, std::vector<engine::PolicyLine> lines) {
  const std::uint32_t mark = capture_mark(instance_, device.ifindex);
  CHECK_OK(lead(mark, tun_ifindex));
  watch_.stop_listening();
  thread_->run(device.name, [instance = instance_, name = device.name, mark, lines = std::move(lines)] {
    return capture_transaction(instance, name, mark, lines);
  });
  active_.insert_or_assign(device.name, mark);
  return engine::Done{};
}

std::vector<NftThread::Done> Capture::take_done() {
  std::vector<NftThread::Done> out = thread_->take();
  if (!out.empty() && thread_->idle()) {
    watch_.listen_again();
    watch_.forget();
  }
  return out;
}

void Capture::release(const Device& device) {
  const auto found = active_.find(device.name);
  if (found == active_.end()) return;
  const std::uint32_t mark = found->second;
  active_.erase(found);
  const std::string names[] = {device.name};
  (void)run(release_transaction(instance_, names, false));
  // A device that was renamed has the mark still.
  if (std::ranges::none_of(active_, [&](const auto& entry) { return entry.second == mark; })) unlead(mark);
  watch_.forget();
}

void Capture::release_leftovers() {
  std::vector<std::string> strangers = devices_in_listing(listing("list table " + capture_table(instance_)));
  std::erase_if(strangers, [&](const std::string& name) { return active_.contains(name); });
  if (!strangers.empty()) (void)run(release_transaction(instance_, strangers, active_.empty()));
  std::vector<std::uint32_t> marks;
  for (const auto& [name, mark] : active_) marks.push_back(mark);
  unlead_all_but(marks);
  watch_.forget();
}

void Capture::release_all() {
  active_.clear();
  (void)run(release_transaction(instance_, {}, true));
  unlead_all_but({});
}

std::uint64_t Capture::clear_dropped(const Device& device) {
  const std::string text = listing("list counter " + capture_table(instance_) + " " + clear_counter(device.name));
  constexpr std::string_view before = "packets ";
  const std::size_t at = text.find(before);
  std::uint64_t count = 0;
  if (at != std::string::npos) std::from_chars(text.data() + at + before.size(), text.data() + text.size(), count);
  return count;
}

}  // namespace kernel
