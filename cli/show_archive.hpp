// The configuration's history as text.
#pragma once

#include <string>
#include <vector>

#include "cli/ios_text.hpp"
#include "parser/database.hpp"

namespace cli {

/// "revision-12", as the commands that take a configuration by name have it too.
std::string revision_name(std::uint64_t number);

std::string show_archive(const std::vector<parser::Revision>& revisions);
/// Ours: who made each revision, when and why.
std::string show_archive_detail(const std::vector<parser::Revision>& revisions);
std::string show_archive_log(const std::vector<parser::LoggedCommand>& commands);
/// `show archive config differences`: "!No changes were found" where there are none.
std::string show_differences(const parser::Configuration& before, const parser::Configuration& after);
/// `configured`: when the timer was set.
/// The lines of `running` that `file` has not, below the headers of their blocks.
std::string show_incremental_differences(const parser::Configuration& file, const parser::Configuration& running);
std::string show_rollback_timer(const parser::PendingRevert& revert);

}  // namespace cli
