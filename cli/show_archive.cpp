#include "cli/show_archive.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "parser/difference.hpp"

namespace cli {
namespace {

std::string who(const std::string& user, const std::string& line) { return line.empty() ? user : user + "@" + line; }

}  // namespace

std::string revision_name(std::uint64_t number) { return "revision-" + std::to_string(number); }

std::string show_archive(const std::vector<parser::Revision>& revisions) {
  const std::uint64_t latest = revisions.empty() ? 0 : revisions.back().number;
  std::string out = "The maximum archive configurations allowed is " + std::to_string(parser::most_revisions) + ".\n" +
                    "There are currently " + std::to_string(revisions.size()) + " archive configurations saved.\n" +
                    "The next archive file will be named " + revision_name(latest + 1) + "\n Archive #  Name\n";
  for (std::size_t i = 0; i < revisions.size(); ++i) {
    out += right(std::to_string(i + 1), 4) + "        " + revision_name(revisions[i].number);
    out += i + 1 == revisions.size() ? " <- Most Recent\n" : "\n";
  }
  return out;
}

std::string show_archive_detail(const std::vector<parser::Revision>& revisions) {
  std::string out = "Revision  Time (UTC)               User@line             Comment\n";
  for (const auto& each : revisions) {
    std::string line = padded(std::to_string(each.number), 10) + padded(each.time, 25) + padded(who(each.user, each.line), 22) +
                       escaped(each.comment);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string show_archive_log(const std::vector<parser::LoggedCommand>& commands) {
  std::string out = " idx   sess           user@line      Logged command\n";
  for (const auto& each : commands)
    out += right(std::to_string(each.number), 5) + right(std::to_string(each.revision), 6) +
           right(who(each.user, each.line), 23) + "  |  " + escaped(each.text) + "\n";
  return out;
}

std::string show_differences(const parser::Configuration& before, const parser::Configuration& after) {
  const std::string difference = parser::contextual_difference(before, after, parser::shown_text);
  return difference.empty() ? "!No changes were found\n" : "!Contextual Config Diffs:\n" + difference;
}

std::string show_incremental_differences(const parser::Configuration& file, const parser::Configuration& running) {
  const std::string difference = parser::contextual_difference(file, running, parser::shown_text);
  std::string out;
  std::vector<std::string> headers;  // of the blocks that the line is in, those that were not printed yet
  for (std::size_t at = 0; at < difference.size();) {
    const std::size_t end = std::min(difference.find('\n', at), difference.size());
    std::string line = difference.substr(at, end - at);
    at = end + 1;
    const std::size_t depth = std::min(line.find_first_not_of(' '), line.size());
    headers.resize(std::min(headers.size(), depth));
    if (depth == line.size() || line[depth] == '-') continue;
    if (line[depth] != '+') {
      headers.resize(depth);
      headers.push_back(line);
      continue;
    }
    for (std::string& header : headers)
      if (!header.empty()) out += std::exchange(header, {}) + "\n";
    out += line.erase(depth, 1) + "\n";
  }
  return out.empty() ? "!No changes were found\n" : "!List of Commands:\n" + out + "end\n";
}

std::string show_rollback_timer(const parser::PendingRevert& revert) {
  const WallTime set{(revert.deadline - std::int64_t{60} * revert.minutes) * 1000, ClockState::authoritative};
  return "Time configured(or reconfigured): " + clock_text(set) +
         "\nTimer type: absolute timer\nTimer value: " + std::to_string(revert.minutes) + " min\nUser: " + escaped(revert.user) +
         "\n";
}

}  // namespace cli
