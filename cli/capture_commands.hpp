// `monitor capture crypto`: the commands of a session on the daemon's capture.
#pragma once

#include "cli/archive_commands.hpp"
#include "cli/crypto_capture.hpp"

namespace cli {

class CaptureCommands : public ArchiveCommands {
 public:
  using ArchiveCommands::ArchiveCommands;
  using ArchiveCommands::operator();

  void operator()(const parser::MonitorCapture& command) const;
  void operator()(const parser::ShowMonitorCapture&) const { show_values(backend().capture().state(), show_capture); }

 private:
  void export_to(const parser::MonitorCapture& command) const;
};

}  // namespace cli
