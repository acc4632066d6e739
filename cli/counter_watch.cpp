#include "cli/counter_watch.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cli {
namespace {

std::uint32_t low(std::uint64_t counter) { return static_cast<std::uint32_t>(counter); }

LogMessage refusal_message(const char* mnemonic, const char* what, std::uint64_t packets, const engine::IkeSaView& ike,
                           const engine::ChildSaView& child) {
  return {3, std::string("%IPSEC-3-") + mnemonic + ": IPSec SA receives " + what + " error, DP Handle " +
                 std::to_string(1999 + 2 * std::uint64_t{child.id.value}) + ", src_addr " + ios_address(ike.remote.ip) +
                 ", dest_addr " + ios_address(ike.local.ip) + ", SPI 0x" + upper_hex(child.spi_in.value, 8) + ", " +
                 std::to_string(packets) + (packets == 1 ? " packet" : " packets")};
}

}  // namespace

std::vector<LogMessage> CounterWatch::look(engine::Time now) {
  if (at_.sa == engine::IkeSaId{}) walk_began_ = now;
  engine::Query query;
  query.from = at_;
  query.most = sas_a_look;
  const engine::View view = see_(query);
  std::vector<LogMessage> out;
  for (const auto& ike : view.ike_sas)
    for (const auto& child : ike.children) {
      const kernel::ChildCounters counted = count_(child.id);
      const Heard* before = heard_.find(child.id);
      const bool still = before && before->received == low(counted.decaps) && before->sent != low(counted.encaps);
      hearing_.put(child.id, still ? *before : Heard{low(counted.encaps), low(counted.decaps), now});
      tell(now, ike, child, counted, out);
    }
  if (view.rest && view.lines.empty()) {
    at_.sa = view.rest->sa;
    due_ = now + between_looks;
    return out;
  }
  std::erase_if(told_, [this](const auto& each) { return each.second.walk != walk_; });
  ++walk_;
  heard_ = std::exchange(hearing_, {});
  at_ = {};
  due_ = std::max(now + between_looks, walk_began_ + between_walks);
  return out;
}

std::optional<Unanswered> CounterWatch::unanswered(engine::Time now, engine::ChildSaId child,
                                                   const kernel::ChildCounters& counted) const {
  const Heard* before = heard_.find(child);
  if (!before || before->received == 0 || before->received != low(counted.decaps)) return std::nullopt;
  const std::uint32_t packets = low(counted.encaps) - before->sent;
  if (packets < enough_packets || now - before->at < patience) return std::nullopt;
  return Unanswered{packets, now - before->at};
}

void CounterWatch::tell(engine::Time now, const engine::IkeSaView& ike, const engine::ChildSaView& child,
                        const kernel::ChildCounters& counted, std::vector<LogMessage>& out) {
  const std::uint64_t replays = counted.replay_failed + counted.below_window;
  if (replays == 0 && counted.integrity_failed == 0) return;
  Told& told = told_[child.id];
  told.walk = walk_;
  const auto say = [&](Kind& kind, std::uint64_t count, const char* mnemonic, const char* what) {
    if (count <= kind.told || now < kind.next || out.size() == messages_a_look) return;
    out.push_back(refusal_message(mnemonic, what, count - kind.told, ike, child));
    kind = {count, now + silence};
  };
  say(told.replay, replays, "REPLAY_ERROR", "anti-replay");
  say(told.integrity, counted.integrity_failed, "HMAC_ERROR", "HMAC");
}

}  // namespace cli
