#include <algorithm>
#include <array>

#include "cli/show.hpp"

namespace cli {
namespace {

using engine::Disturbance;

constexpr std::array<std::string_view, 6> words{"left alone",  "passed by",     "next rekey",
                                                "rekeyed now", "authenticated", "torn down"};

std::string row(const engine::SaImpact& impact, std::size_t peer_width) {
  std::string out = padded(impact.child ? "  Child SA" : "IKE SA", 12) + padded(ios_address(impact.peer), peer_width) +
                    padded(words[static_cast<std::size_t>(impact.disturbance)], 15) + escaped(impact.what);
  return impact.why.empty() ? out + "\n" : out + ": " + escaped(impact.why) + "\n";
}

}  // namespace

std::string show_impact(const std::vector<engine::SaImpact>& impact, const std::vector<parser::LineReport>& lines) {
  std::string out;
  for (const auto& line : lines)
    if (line.verdict == parser::Verdict::refused)
      out += "line " + std::to_string(line.number) + " is not accepted: " + line.answer + "\n";
  std::array<std::size_t, words.size()> counts{};
  for (const auto& each : impact) ++counts[static_cast<std::size_t>(each.disturbance)];
  std::size_t peer_width = 16;
  for (const auto& each : impact) peer_width = std::max(peer_width, ios_address(each.peer).size() + 2);
  if (!impact.empty()) out += padded("", 12) + padded("Peer", peer_width) + padded("Impact", 15) + "What: why\n";
  for (const auto& each : impact) out += row(each, peer_width);
  out += std::to_string(impact.size()) + " SAs:";
  for (std::size_t i = 0; i < counts.size(); ++i)
    out += std::string(i ? ", " : " ") + std::to_string(counts[i]) + " " + std::string(words[i]);
  return out + "\n";
}

}  // namespace cli
