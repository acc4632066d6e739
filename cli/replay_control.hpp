// `monitor replay`: a recording of the daemon's life from its start on (cli/input_log.hpp), which a file on disk asks for,
// because it is the next start that is recorded.
#pragma once

#include <memory>
#include <string>

#include "cli/input_log.hpp"
#include "engine/result.hpp"

namespace cli {

/// `show monitor replay`
struct ReplayState {
  bool recording = false, full = false, at_next_start = false;
  std::uint64_t events = 0, octets = 0;
};

class ReplayControl {
 public:
  /// Begins a recording if the daemon before was told to ask for one by `mark`, a path; that file is gone then.
  ReplayControl(std::string mark, InputLog::ConfigurationText configuration);

  /// Null: nothing is recorded.
  InputLog* log() const { return log_.get(); }
  /// The next start of the daemon is recorded. Failure::why is a "% ..." line, as everywhere below.
  engine::Status start();
  /// What was recorded is forgotten, and the next start is not recorded.
  engine::Status stop();
  engine::Result<Recording> contents() const;
  ReplayState state() const;

 private:
  std::string mark_;
  std::unique_ptr<InputLog> log_;
};

std::string show_replay(const ReplayState& state);
template <class V>
void fields(V& v, const ReplayState& state) {
  v("recording", state.recording, "This life of the daemon is recorded, from its start on");
  v("full", state.full, "The recording is as large as it may become and goes no further");
  v("at_next_start", state.at_next_start, "The next start of the daemon will be recorded");
  v("events", state.events, "Events recorded");
  v("octets", state.octets, "What they take in memory");
}

}  // namespace cli
