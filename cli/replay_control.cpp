#include "cli/replay_control.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

namespace cli {
namespace {

engine::Failure no_recording(std::string why) { return {.cause = engine::Cause::internal_error, .why = std::move(why)}; }

}  // namespace

ReplayControl::ReplayControl(std::string mark, InputLog::ConfigurationText configuration) : mark_(std::move(mark)) {
  std::error_code error;
  if (std::filesystem::remove(mark_, error)) log_ = std::make_unique<InputLog>(std::move(configuration));
}

engine::Status ReplayControl::start() {
  if (!std::ofstream(mark_)) return no_recording("% Recording cannot be asked for: " + mark_ + " cannot be written");
  return engine::Done{};
}

engine::Status ReplayControl::stop() {
  std::error_code error;
  const bool asked = std::filesystem::remove(mark_, error);
  if (!asked && !log_) return no_recording("% Nothing is recorded");
  if (log_) log_->forget();
  return engine::Done{};
}

engine::Result<Recording> ReplayControl::contents() const {
  if (!log_ || log_->events() == 0)
    return no_recording("% Nothing is recorded: 'monitor replay start' has the next start of sallyportd recorded");
  return log_->recording();
}

ReplayState ReplayControl::state() const {
  std::error_code error;
  ReplayState out;
  out.at_next_start = std::filesystem::exists(mark_, error);
  if (!log_) return out;
  out.recording = log_->events() > 0 && !log_->full();
  out.full = log_->events() > 0 && log_->full();
  out.events = log_->events();
  out.octets = log_->octets();
  return out;
}

std::string show_replay(const ReplayState& state) {
  const char* status = state.full ? "Full" : state.recording ? "Active" : "Inactive";
  return std::string("Status Information for Replay\n  Target Type: what IKE was given since sallyportd started\n  Status : ") +
         status + "\n  Next start recorded : " + (state.at_next_start ? "yes" : "no") +
         "\n  Buffer Details:\n   Buffer Size (in MB): " + std::to_string(InputLog::max_octets >> 20) +
         "\n   Events: " + std::to_string(state.events) + "\n   Octets: " + std::to_string(state.octets) + "\n";
}

}  // namespace cli
