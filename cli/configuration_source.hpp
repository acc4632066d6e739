// A configuration by the name a command gives it: a revision, the running or the startup configuration, or a file.
#pragma once

#include <string>
#include <vector>

#include "parser/archive_commands.hpp"
#include "parser/database.hpp"

namespace cli {

/// What was found. `refused`: the lines of a file that no configuration may have, without their secrets.
struct FoundConfiguration {
  parser::Configuration configuration;
  std::vector<parser::LineReport> refused;
};

/// Names: `revision N` and "revision-N"; "running-config", "startup-config", also after "system:" and "nvram:"; otherwise
/// the absolute path of a file. The failure is what a router answers. Reads files: not for the loop's thread.
engine::Result<FoundConfiguration> find_configuration(const parser::ConfigurationName& name, parser::Database& database,
                                                      const parser::Configuration& running, const std::string& flash);

}  // namespace cli
