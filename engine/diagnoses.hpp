// Why negotiations failed: a bounded ring, newest first, for `show crypto ikev2 diagnose`.
#pragma once

#include <deque>

#include "engine/view.hpp"

namespace engine {

class Diagnoses {
 public:
  /// Keeps `diagnosis` (its `ago` is ignored); one equal to another of the peer, or with a fifth identity of its, only counts.
  void add(Time now, Diagnosis diagnosis);
  /// Newest first, `ago` filled in.
  std::vector<Diagnosis> list(Time now) const;

 private:
  struct Entry {
    Time at;
    Diagnosis diagnosis;
  };
  std::deque<Entry> entries_;
};

/// What an initiator can only guess from a refusal or from silence: causes that fit, most probable first.
std::vector<std::string> probable_reasons(Cause cause, const SocketAddress& remote, bool signature);

}  // namespace engine
