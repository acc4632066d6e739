// `| json`: every show answers with one document, and docs/json.md says what stands in it. To write that page anew:
// SALLYPORT_UPDATE_GOLDENS=1 build/release/cli_tests --gtest_filter='Json.*'
#include "cli/json.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/documents.hpp"
#include "cli/replay_control.hpp"
#include "cli/sa_history.hpp"
#include "cli/show_diagnose.hpp"
#include "cli/show_host.hpp"
#include "cli/show_ladder.hpp"
#include "cli/show_packets.hpp"
#include "cli/show_pki.hpp"
#include "cli/show_pki_facts.hpp"
#include "cli/show_stats.hpp"
#include "cli/show_status.hpp"
#include "cli/tech_support.hpp"
#include "fake_backend.hpp"
#include "typist.hpp"

namespace {

using cli::FieldList;

/// Whether a text is one JSON value (RFC 8259).
class Checker {
 public:
  explicit Checker(const std::string& text) : text_(text) {}
  bool one_document() { return value() && (blank(), at_ == text_.size()); }

 private:
  void blank() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(char c) {
    blank();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_] == '\\') ++at_;
    }
    return take('"');
  }
  bool list(char end, bool named) {
    if (take(end)) return true;
    do
      if ((named && !(string() && take(':'))) || !value()) return false;
    while (take(','));
    return take(end);
  }
  bool value() {
    if (take('{')) return list('}', true);
    if (take('[')) return list(']', false);
    if (at_ < text_.size() && text_[at_] == '"') return string();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-')) ++at_;
    const std::string word = text_.substr(begin, at_ - begin);
    return word == "true" || word == "false" || word == "null" ||
           (!word.empty() && word.find_first_not_of("-0123456789") == std::string::npos);
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

std::string page() {
  std::string out =
      "# `show ... | json`\n\n"
      "Every show takes `| json` and answers with one JSON document on one line, made of the values that its text is made of.\n"
      "This page is made from the declarations in `cli/`; a test fails where it is stale (`tests/cli/json_test.cpp`). Members "
      "may\n"
      "be added; those that stand here keep their names and meaning. `[]` stands behind a list. Octets that are not printable\n"
      "ASCII are escaped. A show that is not named here answers with `{\"lines\": [...]}`, its text line by line.\n";
  const auto add = [&](const char* shows, const auto& document) {
    out += std::string("\n## ") + shows + "\n\n| Member | Type | |\n|---|---|---|\n";
    for (const auto& row : FieldList::of(document)) out += "| `" + row.path + "` | " + row.type + " | " + row.meaning + " |\n";
  };
  add("`show crypto ikev2 sa`, `show crypto ikev2 session`", cli::IkeSas{});
  add("`show crypto ipsec sa`, `show crypto ipsec sa count`, `show crypto session`", cli::ServedLines{});
  add("`show crypto ikev2 diagnose`", cli::Diagnoses{});
  add("`show crypto ikev2 stats`, `show crypto ikev2 stats timeout`, `show crypto ikev2 count`", cli::Ikev2Stats{});
  add("`show crypto ikev2 stats exchange`", cli::ExchangeStats{});
  add("`show crypto call admission statistics`", cli::AdmissionStats{});
  add("`show crypto ikev2 ladder`", cli::Ladders{});
  add("`show crypto engine connections active`", cli::EngineConnections{});
  add("`test crypto selector`", cli::SelectorTest{});
  add("`show crypto packet-drop`", cli::PacketDrops{});
  add("`show crypto status`", cli::GatewayStatus{});
  add("`show tech-support crypto`", cli::TechSupport{});
  add("`show monitor capture crypto`", cli::CaptureState{});
  add("`show monitor replay`", cli::ReplayState{});
  add("`show crypto ikev2 sa history`", cli::SaEvents{});
  add("`show running-config`, `show crypto map`, `show crypto ikev2 proposal` and the like", cli::ConfigLines{});
  add("`show access-lists`", cli::AccessLists{});
  add("`show crypto pki certificates`", cli::ShownCertificates{});
  add("`show crypto pki counters`", cli::ShownPkiCounters{});
  add("`show crypto pki crls`", cli::ShownCrls{});
  add("`show crypto pki timers`", cli::ShownPkiTimers{});
  add("`show crypto pki trustpoints`", cli::ShownTrustpoints{});
  add("`show crypto key mypubkey`", cli::ShownKeys{});
  add("`show ip interface brief`", cli::InterfaceRows{});
  add("`show interfaces`", cli::CountedInterfaces{});
  add("`show ip local pool`, `show ipv6 local pool`", cli::LocalPools{});
  add("`show crypto ikev2 client flexvpn`", cli::FlexvpnRows{});
  add("`show ip route`", cli::Routes{});
  add("`show version`", cli::SystemFacts{});
  add("`show inventory`", cli::Inventory{});
  add("`show users`", cli::Users{});
  add("`show processes cpu`", cli::Processes{});
  add("`show memory statistics`", cli::Memory{});
  add("`show clock`", cli::WallTime{});
  add("`show privilege`", cli::PrivilegeLevel{});
  add("`show debugging`", cli::DebugFlags{});
  return out;
}

}  // namespace

TEST(Json, ThePageIsWhatTheDeclarationsSay) {
  const std::string path = std::string(SOURCE_DIR) + "/docs/json.md", wanted = page();
  if (std::getenv("SALLYPORT_UPDATE_GOLDENS")) std::ofstream(path) << wanted;
  std::ifstream in(path);
  const std::string found(std::istreambuf_iterator<char>(in), {});
  EXPECT_TRUE(found == wanted) << "docs/json.md is stale: see the head of " << __FILE__;
}

TEST(Json, EveryShowAnswersWithOneDocument) {
  FakeBackend backend;
  Typist t(backend);
  for (const char* line : {"configure terminal", "crypto ikev2 proposal P", "encryption aes-cbc-256", "ip access-list extended A",
                           "permit ip any any", "interface GigabitEthernet0/0"})
    t.line(line);
  t.line("end");
  for (const char* show : {"show crypto ikev2 sa",
                           "show crypto ikev2 sa remote 203.0.113.20 detail",
                           "show crypto ikev2 session",
                           "show crypto ipsec sa",
                           "show crypto ipsec sa peer 203.0.113.20",
                           "show crypto ipsec sa count",
                           "show crypto session",
                           "show crypto map",
                           "show crypto ikev2 proposal",
                           "show crypto ikev2 policy",
                           "show crypto ikev2 profile",
                           "show crypto ipsec transform-set",
                           "show crypto ipsec profile",
                           "show crypto ipsec security-association",
                           "show crypto ikev2 diagnose",
                           "show crypto ikev2 diagnose error",
                           "show crypto ikev2 stats",
                           "show crypto ikev2 stats exchange",
                           "show crypto ikev2 count",
                           "show crypto call admission statistics",
                           "show crypto ikev2 stats timeout",
                           "show crypto ikev2 stats reconnect",
                           "show crypto call admission statistics",
                           "show crypto eli",
                           "show crypto ipsec sa identity",
                           "show crypto ipsec sa address",
                           "show crypto ikev2 ladder",
                           "show crypto ikev2 sa history",
                           "show crypto ikev2 sa history remote 203.0.113.20",
                           "show monitor replay",
                           "show crypto engine connections active",
                           "show crypto engine configuration",
                           "show crypto isakmp sa",
                           "show crypto packet-drop",
                           "show crypto status",
                           "show crypto status all",
                           "show tech-support crypto",
                           "show monitor capture crypto",
                           "test crypto selector 192.168.1.1 10.0.0.1",
                           "show running-config",
                           "show running-config interface GigabitEthernet0/0",
                           "show startup-config",
                           "show access-lists",
                           "show ip interface brief",
                           "show interfaces",
                           "show interfaces description",
                           "show ip route",
                           "show version",
                           "show inventory",
                           "show users",
                           "show processes cpu",
                           "show memory statistics",
                           "show clock",
                           "show privilege",
                           "show debugging",
                           "show logging",
                           "show history",
                           "show archive"}) {
    const std::string document = t.line(std::string(show) + " | json");
    EXPECT_TRUE(Checker(document).one_document()) << show << ": " << document;
    EXPECT_EQ(document.front(), '{') << show;
  }
}

TEST(Json, TheSameValuesAsTheText) {
  FakeBackend backend;
  Typist t(backend);
  const std::string sas = t.line("show crypto ikev2 sa remote 198.51.100.77 | json");
  EXPECT_NE(sas.find("\"remote_id\":\"branch.example.net\""), std::string::npos) << sas;
  EXPECT_NE(sas.find("\"encryption\":\"AES-GCM-256\",\"integrity\":null"), std::string::npos) << sas;
  EXPECT_EQ(sas.find("203.0.113.20"), std::string::npos) << "filtered as the text is";
  const std::string lines = t.line("show crypto ipsec sa peer 203.0.113.20 | json");
  EXPECT_NE(lines.find("\"encaps\":120"), std::string::npos) << lines;
}

TEST(Json, WhatAPeerSentCannotLeaveItsString) {
  cli::IkeSas document;
  document.ike_sas.push_back({});
  document.ike_sas[0].remote_id = "a\"\\\n\x1b\xff";
  EXPECT_NE(cli::JsonWriter::document(document).find("\"remote_id\":\"a\\\"\\\\\\u000a\\u001b\\u00ff\""), std::string::npos);
}

TEST(Json, ConfigurationHasNoKeys) {
  FakeBackend backend;
  Typist t(backend);
  for (const char* line : {"configure terminal", "crypto ikev2 keyring K", "peer B", "pre-shared-key very-secret-key", "end"})
    t.line(line);
  const std::string text = t.line("show running-config | json");
  EXPECT_NE(text.find("pre-shared-key"), std::string::npos);
  EXPECT_EQ(text.find("very-secret-key"), std::string::npos) << text;
}
