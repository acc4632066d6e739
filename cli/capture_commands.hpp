// `monitor capture crypto` and `monitor replay`: the commands of a session on what the daemon records.
#pragma once

#include "cli/archive_commands.hpp"
#include "cli/crypto_capture.hpp"
#include "cli/replay_control.hpp"

namespace cli {

class CaptureCommands : public ArchiveCommands {
 public:
  using ArchiveCommands::ArchiveCommands;
  using ArchiveCommands::operator();

  void operator()(const parser::MonitorCapture& command) const;
  void operator()(const parser::ShowMonitorCapture&) const { show_values(backend().capture().state(), show_capture); }
  void operator()(const parser::MonitorReplay& command) const;
  void operator()(const parser::ShowMonitorReplay&) const { show_values(backend().replay().state(), show_replay); }

 private:
  void export_to(const parser::MonitorCapture& command) const;
};

}  // namespace cli
