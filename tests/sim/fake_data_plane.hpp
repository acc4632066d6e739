// A data plane that forgives nothing: every call that a real one would refuse, or would only survive by luck, is
// reported as a violation. It forwards no octets; packets are 5-tuples that meet the policy in order.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernel/data_plane.hpp"

namespace sim {

/// One installed direction of a Child SA.
struct InstalledSa {
  engine::ChildSaFacts facts;
  engine::SaParameters sa;
  std::uint64_t order = 0;  // of installation; the newest outbound SA of a line sends
  std::uint64_t packets = 0;
};

/// What became of a packet at the policy.
enum class Meeting { clear, acquire, sent };

class FakeDataPlane final : public kernel::DataPlane {
 public:
  explicit FakeDataPlane(std::function<void(const std::string&)> violation) : violation_(std::move(violation)) {}

  std::string_view name() const override { return "fake"; }
  engine::Status set_policy(const engine::SetPolicy& policy) override;
  engine::Status add_inbound(const engine::AddInbound& sa) override;
  engine::Status add_outbound(const engine::AddOutbound& sa) override;
  void remove_child(engine::ChildSaId child) override;
  engine::Status move_child(const engine::MoveChild& move) override;
  kernel::ChildCounters counters(engine::ChildSaId child) override;

  /// Actions of another turn follow.
  void begin_turn() {
    silenced_.clear();
    turn_began_ = order_;
  }

  struct Met {
    Meeting what = Meeting::clear;
    engine::PolicyLineId line{};
    InstalledSa* outbound = nullptr;
  };
  /// `packet`: single addresses; local is its source.
  Met meet(const engine::SelectorPair& packet);
  InstalledSa* inbound_by_spi(engine::EspSpi spi);

  const std::map<engine::ChildSaId, InstalledSa>& inbound() const { return inbound_; }
  const std::map<engine::ChildSaId, InstalledSa>& outbound() const { return outbound_; }
  const std::map<std::string, std::vector<engine::PolicyLine>>& policy() const { return policy_; }

  /// The next so many installs of each direction are refused, as a kernel without memory would. Of a child whose
  /// inbound SA was refused, the outbound one is too: the order for it may be on its way already.
  int refuse_inbound = 0, refuse_outbound = 0;
  unsigned policies_set = 0;  // how often

 private:
  const engine::PolicyLine* find_line(engine::PolicyLineId id, const std::string& interface) const;
  void check_sa(const char* what, const engine::ChildSaFacts& facts, const engine::SaParameters& sa);
  void violate(const std::string& what) { violation_(what); }

  std::function<void(const std::string&)> violation_;
  std::map<std::string, std::vector<engine::PolicyLine>> policy_;
  std::map<engine::ChildSaId, InstalledSa> inbound_, outbound_;
  /// The last thousands of something: all of them would fill the memory in a soak, and a random number comes again some day.
  template <class T>
  class Recent {
   public:
    /// False: it is among them.
    bool add(const T& one) {
      if (!known_.insert(one).second) return false;
      order_.push_back(one);
      if (order_.size() > 4'096) {
        known_.erase(order_.front());
        order_.pop_front();
      }
      return true;
    }

   private:
    std::set<T> known_;
    std::deque<T> order_;
  };

  std::map<engine::PolicyLineId, unsigned> senders_;  // outbound SAs
  std::set<engine::PolicyLineId> silenced_;           // in this turn: their last outbound SA was removed
  std::set<engine::ChildSaId> refused_;
  Recent<engine::ChildSaId> children_;
  Recent<engine::EspSpi> spis_;
  std::uint64_t order_ = 0, turn_began_ = 0;
};

}  // namespace sim
