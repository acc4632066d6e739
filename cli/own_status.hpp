// Keeps at hand what OCSP says of our own certificates, for peers that ask within IKE (RFC 4806).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "kernel/fetcher.hpp"

namespace cli {

class OwnStatuses {
 public:
  using Trustpoints = std::vector<std::shared_ptr<const engine::Trustpoint>>;
  using Fetch = std::function<void(kernel::http::Request, kernel::Fetcher::Then)>;

  /// `tell` gets what the engine is to know.
  OwnStatuses(Fetch fetch, std::function<engine::WallTime()> clock, std::function<void(engine::OwnStatus)> tell)
      : fetch_(std::move(fetch)), clock_(std::move(clock)), tell_(std::move(tell)) {}

  /// Once a minute, and whenever the trustpoints may be others: asks for what is missing or half over.
  void look(const Trustpoints& trustpoints);

 private:
  struct Known {
    std::shared_ptr<const engine::Trustpoint> trustpoint;
    engine::WallTime until = 0;  // 0: nothing good is known
    engine::WallTime next = 0;   // when to ask
    bool asked = false;          // the answer is awaited
  };
  void ask(Known& known);
  void answered(const std::shared_ptr<const engine::Trustpoint>& trustpoint, const kernel::Fetcher::Answer& answer);

  Fetch fetch_;
  std::function<engine::WallTime()> clock_;
  std::function<void(engine::OwnStatus)> tell_;
  std::map<std::string, Known> known_;
};

}  // namespace cli
