// `show tech-support crypto`: everything is in it, and nothing secret.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "fake_backend.hpp"
#include "parser/redact.hpp"
#include "typist.hpp"

namespace {

std::vector<std::string> lines_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

TEST(TechSupport, GathersTheShows) {
  FakeBackend backend;
  Typist t(backend);
  const std::string text = t.line("show tech-support crypto");
  EXPECT_EQ(t.flags & cli::done_refused, 0);
  for (const char* part :
       {"------------------ show running-config ------------------", "hostname Router", "IPv4 Crypto IKEv2  SA",
        "------------------ show crypto ikev2 ladder ------------------", "Crypto map tag: "})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  EXPECT_EQ(text.find("% Invalid input"), std::string::npos) << text;
  EXPECT_EQ(text.find("% Incomplete"), std::string::npos);
  EXPECT_EQ(text.find("% Ambiguous"), std::string::npos);
  EXPECT_TRUE(t.line("show tech-support crypto | json").starts_with("{\"sections\":[{\"command\":\"show clock\",\"lines\":["));
}

TEST(TechSupport, HoldsNoSecretOfAnySample) {
  std::size_t secrets = 0;
  for (const char* folder : {SOURCE_DIR "/tests/parser/samples", SOURCE_DIR "/samples/two-sites"})
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".cfg") continue;
      FakeBackend backend;
      Typist t(backend, cli::Interaction::batch);
      const auto lines = lines_of_file(entry.path());
      for (const std::string& line : lines) t.line(line);
      t.ask(cli::RequestKind::finish);
      const std::string text = t.line("show tech-support crypto");
      std::set<std::string> words;
      std::istringstream in(text);
      for (std::string word; in >> word;) words.insert(word);
      for (const std::string& line : lines) {
        // The last word of a line with a secret is the secret itself.
        if (parser::without_keys(line) == line) continue;
        const std::size_t end = line.find_last_not_of(" \t\r"), begin = line.find_last_of(" \t", end) + 1;
        const std::string secret = line.substr(begin, end + 1 - begin);
        if (secret.size() < 6) continue;  // a word of its own meaning
        if (engine::IpAddress::parse(secret) || line.find("ppk dynamic") != std::string::npos) continue;  // whose it is
        ++secrets;
        EXPECT_FALSE(words.contains(secret)) << entry.path().filename() << ": " << line;
      }
    }
  EXPECT_GT(secrets, 20U);
}
