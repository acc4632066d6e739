// Carries out the EXEC commands on the configuration's history: revisions, replacing, confirming and reverting.
#pragma once

#include "cli/exec_run.hpp"

namespace cli {

/// One overload a command.
class ArchiveCommands : public ExecRun {
 public:
  using ExecRun::ExecRun;

  void operator()(const parser::ConfigureTerminal& command) const;
  void operator()(const parser::ConfigureReplace& command) const;
  void operator()(const parser::ConfigureConfirm& command) const;
  void operator()(const parser::ConfigureRevert& command) const;
  void operator()(const parser::ArchiveConfig& command) const;
  void operator()(const parser::ShowArchive& command) const;
  void operator()(const parser::ShowIncrementalDifferences& command) const;
  void operator()(const parser::ShowArchiveDifferences& command) const;
  void operator()(const parser::ShowArchiveRollbackTimer& command) const;
  void operator()(const parser::ShowArchiveLog& command) const;

 private:
  void replace(const parser::ConfigureReplace& command) const;
  void adopt(const parser::ConfigureReplace& command, const parser::Configuration& wanted) const;
  void promise(unsigned minutes, std::function<void()> then) const;
  /// Shows what `text` makes of the database.
  template <class Text>
  void show_from_database(Text text) const;
};

}  // namespace cli
