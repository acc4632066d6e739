// Everything the daemon decides: one event in, an ordered list of actions out. Pure: no clock, socket, thread, file, log
// or randomness of its own.
#pragma once

#include <memory>
#include <optional>

#include "engine/event.hpp"
#include "engine/random.hpp"
#include "engine/view.hpp"

namespace engine {

class Endpoint {
 public:
  /// `rng` must outlive the endpoint.
  explicit Endpoint(Rng& rng);
  ~Endpoint();
  Endpoint(Endpoint&&) noexcept;

  /// One input; appends its consequences to `out` in the order they must be carried out. `now` never goes back.
  void handle(Time now, Event event, Actions& out);
  /// Does whatever is due at `now`; harmless if nothing is.
  void tick(Time now, Actions& out);
  /// When tick() is next needed; nullopt: not before the next event.
  std::optional<Time> next_deadline() const;
  /// What is told once, however many slices a view has, stands in each of them: diagnoses and
  /// counters; what is wanted and not up stands in the last, an SA's re-authentication beside the SA.
  View view(Time now, const Query& query = {}) const;
  /// What ConfigChanged with this configuration would do to the SAs that are up, each IKE SA before its Child SAs.
  std::vector<SaImpact> impact(std::shared_ptr<const Config> config) const;
  /// Aborts with a message when the state contradicts itself. Tests call it after every event.
  void check_invariants() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace engine
