// What each sample must come to: which lines have no effect and why, which are refused, what is found wrong with the whole,
// and what the engine is told. One text a sample beside it (NAME.expect), one for each pair that is held against each other.
// To write them anew: SALLYPORT_UPDATE_GOLDENS=1 build/release/parser_tests --gtest_filter='Expect.*'; then read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "parser/check/check.hpp"
#include "parser/compile.hpp"

namespace parser {
namespace {

const std::string folder = std::string(SOURCE_DIR) + "/tests/parser/samples/";

std::string text_of(const std::string& name) {
  std::ifstream in(folder + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class List, class Text>
std::string listed(const List& list, Text text) {
  std::string out;
  for (const auto& each : list) out += (out.empty() ? "" : " ") + std::string(text(each));
  return out;
}

std::string name_of(const engine::Algorithm* row) { return row ? std::string(row->debug_name) : "none"; }

/// Without additional key exchanges, which depend on the host's OpenSSL.
std::string proposal_text(const engine::IkeProposal& p) {
  std::string out = "  proposal " + p.name + ": " + listed(p.encryption, name_of) + " / " + listed(p.integrity, name_of) +
                    (p.prf.empty() ? "" : " / prf " + listed(p.prf, name_of)) + " / " + listed(p.groups, name_of);
  return out + "\n";
}

std::string keys_of(const engine::KeyringPeer& p) {
  const bool both = p.local_key.value != 0 && p.local_key == p.remote_key;
  std::string out =
      both ? " one key" : (p.local_key.value ? " local key" : std::string()) + (p.remote_key.value ? " remote key" : "");
  if (p.ppk) out += " ppk " + p.ppk->id + (p.ppk->required ? " required" : "");
  return out;
}

std::string profile_text(const engine::IkeProfile& p) {
  std::string out = "profile " + p.name + ": remote " + listed(p.match_remote, [](const auto& m) { return to_string(m); });
  if (!p.match_local.empty()) out += ", at " + listed(p.match_local, [](const auto& a) { return a.to_string(); });
  if (p.identity_local) out += ", we are " + p.identity_local->to_string();
  out += ", lifetime " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(p.lifetime).count());
  if (p.dpd_interval.count() > 0)
    out += ", dpd " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(p.dpd_interval).count()) +
           (p.dpd_periodic ? " periodic" : " on-demand");
  if (p.inline_local_key.value) out += ", inline local key";
  if (p.inline_remote_key.value) out += ", inline remote key";
  out += "\n";
  for (const auto& keyring : {p.keyring, p.ppk_keyring}) {
    if (!keyring) continue;
    for (const auto& peer : keyring->peers)
      out += "  " + keyring->name + " peer " + peer.name + ":" +
             (peer.addresses.empty() ? "" : " " + listed(peer.addresses, [](const auto& a) { return a.to_string(); })) +
             (peer.identity ? " " + to_string(*peer.identity) : "") + keys_of(peer) + "\n";
  }
  return out;
}

std::string entry_text(const engine::CryptoMapEntry& e) {
  std::string out = "  entry " + e.map + " " + std::to_string(e.sequence) + ": peer " +
                    listed(e.peers, [](const auto& p) { return p.is_name() ? p.name : p.address.to_string(); }) + ", profile " +
                    e.profile->name + ", pfs " + name_of(e.pfs_group) + ", " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(e.lifetime).count()) + " s, " +
                    std::to_string(e.lifetime_kilobytes) + " KB, replay " + std::to_string(e.replay_window) + "\n";
  for (const auto& set : e.transform_sets)
    out += "    " + set->name + ": " + name_of(set->encryption) + " " + name_of(set->integrity) +
           (set->mode == engine::IpsecMode::tunnel ? " tunnel" : " transport") + "\n";
  for (const auto& line : e.lines)
    out += std::string("    ") + (line.action == engine::AclAction::permit ? "protect " : "bypass ") +
           line.selectors.to_string() + "\n";
  return out;
}

/// What the engine is told.
std::string engine_text(const Compiled& compiled) {
  std::string out;
  for (const auto& policy : compiled.config->policies) {
    out +=
        "policy " + policy->name +
        (policy->match_local.empty() ? "" : " at " + listed(policy->match_local, [](const auto& a) { return a.to_string(); })) +
        "\n";
    for (const auto& proposal : policy->proposals) out += proposal_text(*proposal);
  }
  for (const auto& profile : compiled.config->profiles) out += profile_text(*profile);
  for (const auto& interface : compiled.config->interfaces) {
    out += "interface " + interface.name.text() + (interface.tunnel ? " is a tunnel" : " has map " + interface.map) + "\n";
    for (const auto& entry : interface.entries) out += entry_text(*entry);
  }
  for (const auto& tunnel : compiled.tunnels) {
    out += "device " + tunnel.device;
    for (const auto& address : tunnel.addresses) out += " " + address.to_string();
    for (const auto& route : tunnel.routes) out += " route " + route.to_string();
    out += "\n";
  }
  return out;
}

std::string places_of(const Finding& finding) {
  return listed(finding.places, [](const Place& p) { return p.file + ":" + std::to_string(p.line); });
}

/// The lines of a file by what became of them; those without effect by their reason.
std::string lines_text(const CheckedFile& file) {
  std::size_t accepted = 0;
  std::map<std::string, std::size_t> reasons;
  std::string refused;
  for (const CheckedLine& line : file.lines) {
    accepted += line.verdict == Verdict::accepted;
    if (line.verdict == Verdict::no_effect) ++reasons[line.why.substr(0, line.why.find('\n'))];
    if (line.verdict == Verdict::refused)
      refused += "refused " + std::to_string(line.number) + ": " + line.text + "\n" +
                 (line.caret ? "at column " + std::to_string(*line.caret) + "\n" : "");
  }
  std::string out = file.name + ": " + std::to_string(accepted) + " lines accepted\n" + refused;
  for (const auto& [why, count] : reasons)
    out += "no effect (" + std::to_string(count) + ")" + (why.empty() ? "" : ": " + why) + "\n";
  return out;
}

std::string report_text(const std::vector<NamedText>& files) {
  const CheckReport report = check(files);
  std::string out;
  for (const CheckedFile& file : report.files) out += lines_text(file);
  for (const Finding& finding : report.findings)
    if (finding.text.find("the installed OpenSSL") == std::string::npos)  // says as much of the host as of the sample
      out += "found (" + finding.check + ") " + finding.text + " [" + places_of(finding) + "]\n";
  return out;
}

void expect(const std::string& name, const std::string& found) {
  const std::string path = folder + name + ".expect";
  if (std::getenv("SALLYPORT_UPDATE_GOLDENS")) std::ofstream(path, std::ios::binary) << found;
  EXPECT_EQ(text_of(name + ".expect"), found) << "the head of " << __FILE__ << " says how to write it anew";
}

TEST(Expect, OfEverySample) {
  std::size_t samples = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().stem();
    if (file.path().extension() != ".cfg" || !name.starts_with("s")) continue;
    ++samples;
    const std::string text = text_of(name + ".cfg");
    expect(name, report_text({{name, text}}) + engine_text(compile(parser::apply({}, text).configuration, nullptr)));
  }
  EXPECT_GE(samples, 20u);
}

/// Two ends of one tunnel: only what the two together show.
TEST(Expect, OfEveryPair) {
  for (const auto& [a, b] : {std::pair("s01", "s01b"), {"s03a", "s03b"}, {"s09", "s10"}, {"s13a", "s13b"}}) {
    const CheckReport report = check({{a, text_of(std::string(a) + ".cfg")}, {b, text_of(std::string(b) + ".cfg")}});
    std::string out;
    for (const Finding& finding : report.findings)
      if (finding.places.size() > 1 && finding.places.front().file != finding.places.back().file)
        out += "found (" + finding.check + ") " + finding.text + " [" + places_of(finding) + "]\n";
    expect(std::string(a) + "-" + b, out.empty() ? "they fit\n" : out);
  }
}

}  // namespace
}  // namespace parser
