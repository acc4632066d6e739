// EXEC commands on the configuration's history, as plain values; parser/modes/exec_archive.cpp has their expressions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace parser {

/// A configuration by name: a revision, `running-config`, `startup-config`, or a file.
struct ConfigurationName {
  std::optional<std::uint64_t> revision;
  std::string name;
  friend bool operator==(const ConfigurationName&, const ConfigurationName&) = default;
};

/// `configure terminal [revert timer N]`; minutes.
struct ConfigureTerminal {
  bool terminal = false;  // it says so; otherwise a terminal is asked
  std::optional<unsigned> revert_minutes;
  friend bool operator==(const ConfigureTerminal&, const ConfigureTerminal&) = default;
};
/// `configure replace FILE|revision N [list] [force] [time N] [revert trigger error] [timer N]`; minutes.
struct ConfigureReplace {
  ConfigurationName source;
  bool list = false, force = false;
  std::optional<unsigned> revert_minutes;
  friend bool operator==(const ConfigureReplace&, const ConfigureReplace&) = default;
};
struct ConfigureConfirm {
  friend bool operator==(const ConfigureConfirm&, const ConfigureConfirm&) = default;
};
/// `configure revert {now | timer N}`
struct ConfigureRevert {
  std::optional<unsigned> minutes;  // not given: now
  friend bool operator==(const ConfigureRevert&, const ConfigureRevert&) = default;
};
/// `archive config [COMMENT]`
struct ArchiveConfig {
  std::string comment;
  friend bool operator==(const ArchiveConfig&, const ArchiveConfig&) = default;
};
struct ShowArchive {
  bool detail = false;
  friend bool operator==(const ShowArchive&, const ShowArchive&) = default;
};
/// `show archive config differences [A [B]]`; not given: startup and running.
struct ShowArchiveDifferences {
  std::optional<ConfigurationName> before, after;
  friend bool operator==(const ShowArchiveDifferences&, const ShowArchiveDifferences&) = default;
};
/// `show archive config incremental-diffs FILE`: the lines of running-config that the file has not.
struct ShowIncrementalDifferences {
  ConfigurationName file;
  friend bool operator==(const ShowIncrementalDifferences&, const ShowIncrementalDifferences&) = default;
};
struct ShowArchiveRollbackTimer {
  friend bool operator==(const ShowArchiveRollbackTimer&, const ShowArchiveRollbackTimer&) = default;
};
/// `show archive log config [all]`
struct ShowArchiveLog {
  friend bool operator==(const ShowArchiveLog&, const ShowArchiveLog&) = default;
};

}  // namespace parser
